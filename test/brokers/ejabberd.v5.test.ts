import { ejabberd } from './ejabberd.ts';
import { tellStory } from './story.ts';

tellStory(ejabberd, 5);
