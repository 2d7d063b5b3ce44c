import { mosquitto } from './mosquitto.ts';
import { tellStory } from './story.ts';

tellStory(mosquitto, 5);
