/** Fields of a small request body: a flat JSON object, or a form. */

function unescape(text: string): string {
  const [spaced] = text.gsub('+', ' ');
  const [plain] = spaced.gsub('%%(%x%x)', (digits) => string.char(tonumber(digits, 16)!));
  return plain;
}

/** The value as text, an array without its brackets; nil when there is none. `name` has letters and digits only. */
export function field(body: string, name: string): string | undefined {
  const [quoted] = body.match(`"${name}"%s*:%s*"([^"\\]*)"`);
  if (quoted !== undefined) return quoted;
  const [listed] = body.match(`"${name}"%s*:%s*%[([^%]"]*)%]`);
  if (listed !== undefined) return listed;
  const [bare] = body.match(`"${name}"%s*:%s*([%w.+-]+)`);
  if (bare !== undefined) return bare;
  const [formed] = `&${body}`.match(`&${name}=([^&]*)`);
  return formed === undefined ? undefined : unescape(formed);
}
