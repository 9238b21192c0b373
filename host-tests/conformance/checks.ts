import type { Check } from './case.ts';
import type { Response, Transcript } from './transcript.ts';

/** IMF-fixdate (RFC 9110 section 5.6.7). */
const IMF_FIXDATE =
  /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$/;
/** Fields that a response to HEAD may lack: they are about generating the body (RFC 9110 section 9.3.2). */
const MAY_LACK = ['content-length', 'transfer-encoding', 'date', 'connection'];

/** Returns what is wrong, or nothing. `get` is the response to a plain GET of the same resource, where it is needed. */
type Rule = (first: Response, transcript: Transcript, get: Response | undefined) => string | undefined;

export const rules: Readonly<Record<Check, Rule>> = {
  'no-body': (first, { garbage }) =>
    garbage === '' && first.bodyLength === 0 ? undefined : `a body came: ${JSON.stringify(garbage.slice(0, 40))}`,
  'allow-header': (first) =>
    first.status !== 405 || first.fields.has('allow') ? undefined : '405 without an Allow field',
  'date-is-valid': ({ fields }) => {
    const date = fields.get('date');
    if (date === undefined) return undefined;
    if (!IMF_FIXDATE.test(date)) return `not a date of HTTP: ${date}`;
    const days = Math.abs(Date.now() - Date.parse(date)) / 86_400_000;
    return days < 1 ? undefined : `the date is ${Math.round(days)} days off: ${date}`;
  },
  'same-head-as-get': (first, _transcript, get) => {
    const missing = [...(get?.fields.keys() ?? [])].filter(
      (name) => !MAY_LACK.includes(name) && !first.fields.has(name),
    );
    const [head, whole] = [first.fields.get('content-length'), get?.fields.get('content-length')];
    if (missing.length > 0) return `GET has, HEAD lacks: ${missing.join(', ')}`;
    return head !== undefined && whole !== undefined && head !== whole
      ? `Content-Length ${head}, of GET ${whole}`
      : undefined;
  },
  'content-type': (first) =>
    first.bodyLength === 0 || first.fields.has('content-type') ? undefined : 'no Content-Type',
  'no-transfer-encoding': ({ fields }) =>
    fields.has('transfer-encoding') ? 'a transfer coding in answer to HTTP/1.0' : undefined,
  'in-order': (_first, { responses: [first, second] }) => {
    if (!second)
      return first?.fields.get('connection')?.includes('close') ? undefined : 'the second request got no answer';
    return second.status < 400 ? undefined : `the second answer is ${second.status}`;
  },
  'accept-ranges-or-none': (first) =>
    first.status !== 206 || first.fields.has('content-range') ? undefined : '206 without Content-Range',
};
