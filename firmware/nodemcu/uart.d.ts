/**
 * The serial ports. 0 is the one with the prompt; 1 can only send.
 * @noSelf
 */
declare namespace uart {
  type Port = 0 | 1;
  const PARITY_NONE: 0;
  const PARITY_ODD: 1;
  const PARITY_EVEN: 2;
  const STOPBITS_1: 1;
  const STOPBITS_1_5: 2;
  const STOPBITS_2: 3;
  const DIR_RX: 0;
  const DIR_TX: 1;

  /**
   * Sets the line; bytes on their way may be lost. Ends the automatic detection of the rate that runs for two minutes
   * after boot. Gives the rate in force.
   * @param echo 0: characters typed at the prompt are not sent back
   */
  function setup(
    port: Port,
    baudRate: number,
    dataBits: 5 | 6 | 7 | 8,
    parity: 0 | 1 | 2,
    stopBits: 1 | 2 | 3,
    echo?: 0 | 1,
  ): number;
  function getconfig(
    port: Port,
  ): LuaMultiReturn<[baudRate: number, dataBits: number, parity: number, stopBits: number]>;

  /** Strings, or numbers 0 to 255 as single bytes. */
  function write(port: Port, ...data: (string | number)[]): void;

  /** Stops calling the handler and gives the input back to the prompt. */
  function on(event: 'data'): void;
  /**
   * Calls `received` with input of port 0.
   * @param until 0: at once; 1 to 255: when so many bytes came; a character: when it came (or 255 bytes)
   * @param toPrompt 0: the input does not reach the prompt, and may be binary (default 1)
   */
  function on(
    event: 'data',
    until: number | string,
    received: (this: void, data: string) => void,
    toPrompt?: 0 | 1,
  ): void;

  /** 1: port 0 moves to GPIO13 and GPIO15. */
  function alt(on: 0 | 1): void;
  function fifodepth(port: Port, direction: 0 | 1): number;
}
