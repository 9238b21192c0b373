/**
 * The file that NodeMCU runs at boot. Its first two lines belong to the uploader: the first finishes a swap of files
 * that a reset interrupted, the second starts with the prompt only, once, so that a board whose application floods or
 * crashes can be given another one.
 */
export function initLua(entry: string): string {
  return [
    'if file.exists("~commit") then pcall(dofile, "~commit") end',
    'if file.exists("~safe") then file.remove("~safe") return end',
    `require("${entry}")`,
    '',
  ].join('\n');
}
