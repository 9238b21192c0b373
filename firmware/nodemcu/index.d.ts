/** The firmware's modules, one file each. */
/// <reference path="./net.d.ts" />
/// <reference path="./tmr.d.ts" />
/// <reference path="./gpio.d.ts" />
/// <reference path="./file.d.ts" />
/// <reference path="./uart.d.ts" />
/// <reference path="./node.d.ts" />
/// <reference path="./wifi.d.ts" />
/// <reference path="./mdns.d.ts" />
/// <reference path="./adc.d.ts" />
/// <reference path="./bit.d.ts" />
/// <reference path="./dht.d.ts" />
/// <reference path="./i2c.d.ts" />
/// <reference path="./mqtt.d.ts" />
/// <reference path="./ow.d.ts" />
/// <reference path="./spi.d.ts" />
