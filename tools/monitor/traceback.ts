import { Tracer, describePlace } from '../build/trace/tracer.ts';

const mentionsLua = /\.l(?:ua|c):\d+/;

/**
 * Finds the lines of TypeScript behind the lines of Lua that a log names, by the maps of the build in `dir`. Maps are
 * read when a line asks for them, so the words fit the build that is there at that moment.
 */
export function traceExplainer(dir: string): (line: string) => string | undefined {
  return (line) => {
    if (!mentionsLua.test(line)) return undefined;
    const places = placesIn(line, dir);
    return places.length === 0 ? undefined : `in TypeScript: ${[...new Set(places)].join(', ')}`;
  };
}

function placesIn(line: string, dir: string): string[] {
  try {
    return new Tracer(dir).places(line).map(({ source }) => describePlace(source));
  } catch {
    // No build there, or one that is being written at this moment: the log goes on without.
    return [];
  }
}
