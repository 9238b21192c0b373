/** The firmware's modules, one file each. */
/// <reference path="./net.d.ts" />
/// <reference path="./tmr.d.ts" />
/// <reference path="./gpio.d.ts" />
/// <reference path="./file.d.ts" />
/// <reference path="./uart.d.ts" />
/// <reference path="./node.d.ts" />
/// <reference path="./wifi.d.ts" />
/// <reference path="./mdns.d.ts" />
