import { nats } from './nats.ts';
import { tellStory } from './story.ts';

tellStory(nats);
