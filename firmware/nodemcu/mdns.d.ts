/**
 * Makes the board known as `<name>.local`.
 * @noSelf
 */
declare namespace mdns {
  /**
   * Announces a service; needs an address. Further fields of `service` become its text record.
   * @throws without an address or when no memory is left
   */
  function register(
    hostname: string,
    service?: { description?: string; service?: string; port?: number; location?: string } & Record<
      string,
      string | number
    >,
  ): void;
  function close(): void;
}
