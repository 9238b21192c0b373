/**
 * The standard library of firmware: what exists on a NodeMCU board and is cheap there. It replaces TypeScript's own
 * lib files (`noLib`), so everything else is an ordinary type error in the editor.
 */
/// <reference types="@typescript-to-lua/language-extensions" />
/// <reference types="lua-types/core/metatable" />
/// <reference path="./javascript.d.ts" />
/// <reference path="./utility-types.d.ts" />
/// <reference path="./globals.d.ts" />
/// <reference path="./string.d.ts" />
/// <reference path="./table.d.ts" />
/// <reference path="./math.d.ts" />
/// <reference path="./coroutine.d.ts" />
/// <reference path="./modules.d.ts" />
