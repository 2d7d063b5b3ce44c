// Asks on a terminal for what the options of `mote init` do not say. Each answer is one that an option could have given.

import { cancel, confirm, intro, isCancel, multiselect, outro, password, select, text } from '@clack/prompts';
import { capabilityText } from '../boards/describe.ts';
import { ExitCode, MoteError } from '../errors.ts';
import {
  checkId,
  checkSsid,
  DEFAULT_BOARD,
  DEFAULT_BROKER,
  DEFAULT_SENSORS,
  DEFAULT_SSID,
  initBoards,
  readBoard,
  readBroker,
} from './answers.ts';
import { checkFolder } from './write.ts';
import { SENSORS } from './sensors.ts';

/** What was said so far, in the words of the options. */
export interface Answers {
  folder?: string | undefined;
  board?: string | undefined;
  sensor: string[];
  wifi?: string | undefined;
  wifiPassword?: string | undefined;
  broker?: string | undefined;
  brokerUser?: string | undefined;
  brokerPassword?: string | undefined;
  sleep?: boolean | undefined;
}

/** @returns the answer. @throws MoteError after Ctrl-C. */
function answered<T>(answer: T): Exclude<T, symbol> {
  if (!isCancel(answer)) return answer as Exclude<T, symbol>;
  cancel('stopped');
  throw new MoteError('stopped; nothing was written', 'start it again', undefined, ExitCode.Interrupted);
}

/** For a prompt: what a check has against a text. */
const complaint = (check: (value: string) => unknown) => (value: string | undefined) => {
  try {
    check(value ?? '');
    return undefined;
  } catch (error) {
    return error instanceof MoteError ? `${error.what}: ${error.fix}` : String(error);
  }
};

async function askText(
  message: string,
  initialValue: string,
  check: (value: string) => unknown,
): Promise<string> {
  return answered(await text({ message, initialValue, validate: complaint(check) }));
}

async function askPassword(message: string): Promise<string> {
  return answered(await password({ message })) ?? '';
}

/** Ask for all that `given` does not say. @throws MoteError after Ctrl-C; nothing is written before all is asked. */
export async function ask(given: Answers, needsId: boolean): Promise<Answers & { id?: string }> {
  intro('mote init');
  const folder = given.folder ?? (await askText('Where?', 'my-mote', checkFolder));
  const id = needsId
    ? await askText('What is it called? The first part of its topics', 'mote-1', (value) =>
        checkId(value, '--id'),
      )
    : undefined;
  const board =
    given.board ??
    answered(
      await select({
        message: 'Which board?',
        initialValue: DEFAULT_BOARD,
        options: initBoards().map((one) => ({ value: one.id, label: one.name, hint: capabilityText(one) })),
      }),
    );
  const sensor =
    given.sensor.length > 0
      ? given.sensor
      : answered(
          await multiselect({
            message: 'Which sensors? Space chooses; where they are wired stands in the README',
            initialValues: [...DEFAULT_SENSORS],
            maxItems: 12,
            options: SENSORS.map(({ name, title }) => ({ value: name, label: title })),
          }),
        );
  const { capabilities } = readBoard(board);
  const sleep =
    given.sleep ??
    (capabilities.sleep &&
      answered(await confirm({ message: 'On a battery, asleep in between?', initialValue: false })));
  const wifi = capabilities.wifi
    ? (given.wifi ?? (await askText('Name of the Wi-Fi', DEFAULT_SSID, checkSsid)))
    : undefined;
  const wifiPassword = capabilities.wifi
    ? (given.wifiPassword ?? (await askPassword('Its password')))
    : undefined;
  const broker = given.broker ?? (await askText('Host of the broker', DEFAULT_BROKER, readBroker));
  const brokerUser = given.brokerUser ?? (await askText('User there, nothing for none', '', () => {}));
  const brokerPassword =
    brokerUser === '' ? undefined : (given.brokerPassword ?? (await askPassword('Password there')));
  outro('that is all');
  return {
    folder,
    board,
    sensor,
    sleep,
    wifi,
    wifiPassword,
    broker,
    brokerUser,
    brokerPassword,
    ...(id !== undefined && { id }),
  };
}
