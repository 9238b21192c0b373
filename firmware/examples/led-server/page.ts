import { describe } from './leds.ts';

const HEAD = '<!doctype html><title>LEDs</title><h1>LEDs</h1>';

export function page(): string {
  return `${HEAD}<pre>${describe()}</pre><form method=post action=/api/leds><input name=name><input name=state></form>`;
}

/** The fields of a form. */
export function fields(body: string): Record<string, string | undefined> {
  const result: Record<string, string | undefined> = {};
  for (const [key, value] of body.gmatch('([%w_]+)=([^&]*)')) result[key] = value;
  return result;
}
