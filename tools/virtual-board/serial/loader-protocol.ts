/** Commands of the ROM loader and of the flasher stub (Espressif, "Serial Protocol"). */
export const Command = {
  flashBegin: 0x02,
  flashData: 0x03,
  flashEnd: 0x04,
  memBegin: 0x05,
  memEnd: 0x06,
  memData: 0x07,
  sync: 0x08,
  writeReg: 0x09,
  readReg: 0x0a,
  spiSetParams: 0x0b,
  spiAttach: 0x0d,
  changeBaudRate: 0x0f,
  flashDeflBegin: 0x10,
  flashDeflData: 0x11,
  flashDeflEnd: 0x12,
  spiFlashMd5: 0x13,
  eraseFlash: 0xd0,
  eraseRegion: 0xd1,
  readFlash: 0xd2,
  runUserCode: 0xd3,
} as const;

/** First status byte of the stub's answers. The ROM says 1, and its reason in the second byte. */
export const StubError = {
  none: 0x00,
  badDataLength: 0xc0,
  badChecksum: 0xc1,
  badBlockSize: 0xc2,
  invalidCommand: 0xc3,
  notInFlashMode: 0xc6,
  inflateError: 0xc7,
  notEnoughData: 0xc8,
  tooMuchData: 0xc9,
} as const;

export type StubError = (typeof StubError)[keyof typeof StubError];

export const ROM_INVALID_MESSAGE = 0x05;
export const ROM_BAD_CHECKSUM = 0x07;

export interface LoaderRequest {
  command: number;
  checksum: number;
  data: Uint8Array;
}

const REQUEST = 0x00;
const RESPONSE = 0x01;
const HEADER_SIZE = 8;
/** Data commands start with length, sequence number and two unused words. */
const DATA_HEADER_SIZE = 16;
const CHECKSUM_SEED = 0xef;

export function parseRequest(packet: Uint8Array): LoaderRequest | undefined {
  if (packet.length < HEADER_SIZE || packet[0] !== REQUEST) return undefined;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  const length = view.getUint16(2, true);
  if (packet.length !== HEADER_SIZE + length) return undefined;
  return {
    command: view.getUint8(1),
    checksum: view.getUint32(4, true),
    data: packet.subarray(HEADER_SIZE),
  };
}

export function buildResponse(command: number, value: number, body: Uint8Array): Uint8Array {
  const packet = new Uint8Array(HEADER_SIZE + body.length);
  const view = new DataView(packet.buffer);
  view.setUint8(0, RESPONSE);
  view.setUint8(1, command);
  view.setUint16(2, body.length, true);
  view.setUint32(4, value >>> 0, true);
  packet.set(body, HEADER_SIZE);
  return packet;
}

/** The `index`th 32-bit word of a request's data; 0 where the request is too short. */
export function word(data: Uint8Array, index: number): number {
  const offset = 4 * index;
  if (offset + 4 > data.length) return 0;
  return new DataView(data.buffer, data.byteOffset).getUint32(offset, true);
}

/** The block that a data command carries, or why it cannot be taken. */
export function blockOf(request: LoaderRequest): Uint8Array | StubError {
  const block = request.data.subarray(DATA_HEADER_SIZE);
  if (request.data.length < DATA_HEADER_SIZE || word(request.data, 0) !== block.length) return StubError.badDataLength;
  return (request.checksum & 0xff) === xorChecksum(block) ? block : StubError.badChecksum;
}

export const xorChecksum = (bytes: Uint8Array): number => bytes.reduce((sum, byte) => sum ^ byte, CHECKSUM_SEED);
