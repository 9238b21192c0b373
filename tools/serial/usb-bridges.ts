/** USB vendor and product ids of the serial bridges on ESP8266 boards (usb.ids, vendors' data sheets), lower case. */
const bridges: Readonly<Record<string, string>> = {
  '1a86:7523': 'CH340',
  '1a86:7522': 'CH340K',
  '1a86:5523': 'CH341',
  '1a86:55d3': 'CH343',
  '1a86:55d4': 'CH9102',
  '10c4:ea60': 'CP2102/CP2104',
  '10c4:ea70': 'CP2105',
  '10c4:ea71': 'CP2108',
  '0403:6001': 'FT232R',
  '0403:6010': 'FT2232H',
  '0403:6011': 'FT4232H',
  '0403:6014': 'FT232H',
  '0403:6015': 'FT231X',
  '067b:2303': 'PL2303',
  '067b:23a3': 'PL2303GC',
  '067b:23c3': 'PL2303GT',
};

/** The bridge's name, undefined for anything that is not known to sit on a development board. */
export function bridgeName(vendorId: string | undefined, productId: string | undefined): string | undefined {
  return bridges[`${vendorId ?? ''}:${productId ?? ''}`.toLowerCase()];
}
