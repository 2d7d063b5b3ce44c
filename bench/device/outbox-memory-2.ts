import { exposeOutbox } from './outbox-memory.ts';

exposeOutbox(2);
