// Every broker that Mote knows.

import { aedes } from './aedes.ts';
import { awsIot } from './aws-iot.ts';
import { azureIotHub } from './azure-iot-hub.ts';
import { ejabberd } from './ejabberd.ts';
import { emqx } from './emqx.ts';
import { hivemq, hivemqCloud } from './hivemq.ts';
import { mosquitto } from './mosquitto.ts';
import { nats, nats29 } from './nats.ts';
import type { BrokerProfile } from './profile.ts';
import { rabbitmq } from './rabbitmq.ts';

export const brokers: readonly BrokerProfile[] = [
  aedes,
  awsIot,
  azureIotHub,
  ejabberd,
  emqx,
  hivemq,
  hivemqCloud,
  mosquitto,
  nats,
  nats29,
  rabbitmq,
];
