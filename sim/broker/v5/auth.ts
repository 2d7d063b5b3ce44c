// Enhanced authentication (MQTT 5.0 section 4.12) on one connection: whose turn it is, and whether AUTH may come now. Who is let in is
// for Behaviour.authenticate to say.

import { readReason } from '../../device/judge5.ts';
import type { AuthAnswer, Behaviour } from '../behaviour.ts';
import { Type } from '../packets.ts';
import { reason5 } from './packets.ts';
import { Reason } from './reasons.ts';

export interface Auth {
  /** CONNECT has come. */
  begin(data: string): AuthAnswer;
  /** AUTH has come. @returns an answer, or the statement that it breaks. */
  hear(body: string): AuthAnswer | string;
  /** @returns what says an answer that is no refusal. */
  write(answer: AuthAnswer): string;
}

/** @param method of CONNECT, undefined: there is none, and so there is no AUTH. */
export function createAuth(method: string | undefined, behaviour: Behaviour): Auth {
  let round = 0;
  let isMyTurn = true;

  const ask = (data: string): AuthAnswer => {
    const answer = behaviour.authenticate?.(method!, data, round++);
    isMyTurn = answer?.code !== Reason.ContinueAuthentication;
    if (isMyTurn) round = 0;
    return answer ?? { code: Reason.BadAuthenticationMethod };
  };

  return {
    begin: ask,
    hear(body) {
      const { code, properties, fault } = readReason(Type.Auth, body);
      const { authenticationMethod, authenticationData = '' } = properties;
      if (fault !== '') return fault;
      if (method === undefined) return '4.12.0-7 AUTH, and no authentication method in CONNECT';
      if (authenticationMethod !== method) {
        return `4.12.0-5 authentication method ${authenticationMethod} in AUTH, and ${method} in CONNECT`;
      }
      if (code !== (isMyTurn ? Reason.Reauthenticate : Reason.ContinueAuthentication)) {
        return isMyTurn ? '4.12.1 AUTH 0x18 that nobody asked for' : `4.12.0-3 AUTH 0x${code.toString(16)}`;
      }
      return ask(authenticationData);
    },
    write: ({ code, data }) =>
      reason5(Type.Auth, code, { authenticationMethod: method, authenticationData: data }),
  };
}
