/**
 * Levels of nesting. The `depth` option changes nothing: the firmware reads it from the wrong place of the stack and
 * falls back to this (app/modules/sjson.c).
 */
export const DEPTH = 20;
