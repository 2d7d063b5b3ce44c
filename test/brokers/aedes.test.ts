import { aedes } from './aedes.ts';
import { tellStory } from './story.ts';

tellStory(aedes);
