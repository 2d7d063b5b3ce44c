// What CONNACK says to a client of MQTT 5.0 (section 3.2.2): what it was given, and what it is held to.

import type { ConnectFields } from '../../device/judge.ts';
import type { Properties } from '../../device/properties.ts';
import type { Limits } from '../behaviour.ts';
import { NEVER } from '../session.ts';
import { Reason } from './reasons.ts';

/** @returns the broker's limits as the client is told of them. */
export function announce({ properties = {} }: ConnectFields, limits: Limits): Properties {
  const { sessionExpirySec = NEVER, responseInformation, ...others } = limits;
  const { authenticationMethod } = properties;
  return {
    ...others,
    ...(sessionExpirySec < (properties.sessionExpirySec ?? 0) && { sessionExpirySec }),
    // Only for those who ask [MQTT-3.1.2-28].
    ...(properties.requestResponseInformation === 1 && { responseInformation }),
    ...(authenticationMethod !== undefined && { authenticationMethod }),
  };
}

/** @returns reason code for a will that the broker cannot have [MQTT-3.2.2-12, 3.2.2-13], 0: it can. */
export function willFault({ will }: ConnectFields, { maximumQos = 2, retainAvailable = 1 }: Limits): number {
  if (will === undefined) return Reason.Success;
  if (will.qos > maximumQos) return Reason.QosNotSupported;
  return will.retain && retainAvailable === 0 ? Reason.RetainNotSupported : Reason.Success;
}
