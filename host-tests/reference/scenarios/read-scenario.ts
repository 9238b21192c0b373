import { readFileSync } from 'node:fs';
import type { Scenario } from './scenario.ts';

/** What each part of a recording may say; anything else would be passed over in silence. */
const KNOWN = {
  step: ['at', 'when', 'delayMs', 'send', 'set', 'check', 'clients', 'note'],
  when: ['conn', 'flags', 'not', 'minLen', 'nth'],
  send: 'conn flags data fill len seq ack win mss badChecksum stray peerPort devicePort'.split(' '),
  set: ['conn', 'autoAck'],
  clients: ['conn', 'count', 'everyMs', 'request', 'close', 'rttMs', 'timeoutMs'],
  listener: ['port', 'conn', 'onSyn', 'delayMs', 'mss', 'autoAck', 'onData', 'onFin'],
} as const;
const COMPARISONS = ['order+fields', 'bytes', 'curve'];
const ANSWERS_TO_SYN = ['accept', 'refuse', 'ignore'];

/** @throws Error that says what in the file is no scenario, or of a kind that this program does not know. */
export function readScenario(path: string): Scenario {
  const scenario = record(JSON.parse(readFileSync(path, 'utf8')), 'the file');
  if (typeof record(scenario.device, 'device').lua !== 'string') throw new Error('device.lua is no text');
  if (typeof scenario.durationMs !== 'number') throw new Error('durationMs is no number');
  for (const [index, step] of list(scenario.peer, 'peer').entries()) checkStep(step, `peer[${index}]`);
  for (const [index, value] of list(scenario.listeners ?? [], 'listeners').entries()) {
    const listener = only(value, `listeners[${index}]`, KNOWN.listener);
    oneOf(listener.onSyn, ANSWERS_TO_SYN, `listeners[${index}].onSyn`);
  }
  oneOf(record(scenario.compare, 'compare').segments, COMPARISONS, 'compare.segments');
  record(record(scenario.observed, 'observed').end, 'observed.end');
  return scenario as unknown as Scenario;
}

function checkStep(value: unknown, where: string): void {
  const step = only(value, where, KNOWN.step);
  for (const part of ['when', 'send', 'set', 'clients'] as const) {
    if (step[part] !== undefined) only(step[part], `${where}.${part}`, KNOWN[part]);
  }
}

function record(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${where} is no object`);
  return value as Record<string, unknown>;
}

function list(value: unknown, where: string): unknown[] {
  if (!Array.isArray(value)) throw new Error(`${where} is no list`);
  return value;
}

function only(value: unknown, where: string, known: readonly string[]): Record<string, unknown> {
  const object = record(value, where);
  const unknown = Object.keys(object).find((key) => !known.includes(key));
  if (unknown !== undefined) throw new Error(`${where} has "${unknown}"; known are ${known.join(', ')}`);
  return object;
}

function oneOf(value: unknown, known: readonly string[], where: string): void {
  if (!known.includes(value as string))
    throw new Error(`${where} is ${JSON.stringify(value)}; known are ${known.join(', ')}`);
}
