/** The virtual chip's station address; the first half is Espressif's, as on development boards of 2016. */
export const MAC_ADDRESS = [0x5c, 0xcf, 0x7f, 0x1a, 0x57, 0xac] as const;

/** node.chipid(): the second half of the station address. */
export const CHIP_ID = 0x1a57ac;

/** What NodeMCU calls itself to a DHCP server unless it is told otherwise. */
export const HOST_NAME = 'NODE-1A57AC';
