// The measured program of a client that asks others (mqtt-asks.ts), and answers too.

import { createResponses } from '../../src/parts/responses.ts';
import { host, members, PLACES } from './mqtt-asks.ts';

const responses = createResponses(host, { places: PLACES })!;
members.serve = responses.serve;
members.answer = responses.answer;
