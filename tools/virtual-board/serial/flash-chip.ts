/** SPI NOR flash: reads are free, writes can only clear bits, erase sets a 4 KiB sector to 0xFF. */
export interface FlashChip {
  readonly size: number;
  /** JEDEC id as SPI command 0x9F returns it, e.g. 0x1640EF for a 4 MiB Winbond. */
  readonly jedecId: number;
  read(address: number, length: number): Uint8Array;
  write(address: number, bytes: Uint8Array): void;
  eraseSector(address: number): void;
  eraseAll(): void;
}
