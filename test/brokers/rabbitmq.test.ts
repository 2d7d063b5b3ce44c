import { rabbitmq } from './rabbitmq.ts';
import { tellStory } from './story.ts';

tellStory(rabbitmq);
