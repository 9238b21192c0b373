import type TS from 'typescript';
import { unsupportedForTarget } from 'typescript-to-lua/dist/transformation/utils/diagnostics.js';

/**
 * `a & b` and its kin. Lua 5.1 has no such operators, so typescript-to-lua compiles them to `bit.band(a, b)` and warns
 * that there may be no `bit`; the firmware's own `bit` module has functions of just these names with the same 32-bit
 * results, so the warning is dropped. (One exception: `x >>> 0` of a negative number stays negative there.)
 */
export function isBitOperatorWarning(diagnostic: TS.Diagnostic): boolean {
  const text = typeof diagnostic.messageText === 'string' ? diagnostic.messageText : diagnostic.messageText.messageText;
  return diagnostic.code === unsupportedForTarget.code && text.startsWith('Bitwise operations');
}
