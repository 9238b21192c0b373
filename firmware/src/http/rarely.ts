/** The rarely used part of HTTP for the connection manager. */
import { At, type Connection } from '../net/connection.ts';
import { overlay } from '../runtime.ts';

/** Answers 408 or 500. */
export function abandon(connection: Connection, why: 'late' | 'error'): void {
  const { refuse } = overlay<typeof import('./refusal.ts')>($module('./refusal.ts'));
  refuse(connection, (connection[At.Input] ?? '').match('^%u*')[0] ?? '', why === 'late' ? 408 : 500);
}
