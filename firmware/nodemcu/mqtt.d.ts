/**
 * An MQTT 3.1.1 client.
 * @noSelf
 */
declare namespace mqtt {
  const CONN_FAIL_SERVER_NOT_FOUND: number;
  const CONN_FAIL_NOT_A_CONNACK_MSG: number;
  const CONN_FAIL_DNS: number;
  const CONN_FAIL_TIMEOUT_RECEIVING: number;
  const CONN_FAIL_TIMEOUT_SENDING: number;
  const CONNACK_ACCEPTED: number;
  const CONNACK_REFUSED_PROTOCOL_VER: number;
  const CONNACK_REFUSED_ID_REJECTED: number;
  const CONNACK_REFUSED_SERVER_UNAVAILABLE: number;
  const CONNACK_REFUSED_BAD_USER_OR_PASS: number;
  const CONNACK_REFUSED_NOT_AUTHORIZED: number;

  /** Delivery: 0 at most once, 1 at least once, 2 exactly once. */
  type Quality = 0 | 1 | 2;
  type Listener = (this: void, client: Socket) => void;

  /**
   * Makes a client; it is not connected yet.
   * @param keepAlive seconds between signs of life
   * @param cleanSession 1 (default) or 0 to keep subscriptions at the broker
   * @param longestMessage bytes that an incoming message may have (default 1024)
   */
  function Client(
    id: string,
    keepAlive: number,
    user?: string,
    password?: string,
    cleanSession?: 0 | 1,
    longestMessage?: number,
  ): Socket;

  interface Socket {
    /**
     * Connects to a broker (default port 1883).
     * @param failed gets one of the CONN_FAIL or CONNACK_REFUSED numbers
     */
    connect(
      host: string,
      port?: number,
      secure?: boolean,
      connected?: Listener,
      failed?: (this: void, client: Socket, reason: number) => void,
    ): void;
    close(): void;
    /** The message that the broker publishes when this client vanishes; to be set before `connect`. */
    lwt(topic: string, message: string, quality?: Quality, retain?: 0 | 1): void;
    on(event: 'connect' | 'offline' | 'suback' | 'unsuback' | 'puback', listener: Listener | undefined): void;
    on(event: 'connfail', listener: ((this: void, client: Socket, reason: number) => void) | undefined): void;
    /** `overflow` gets the beginning of a message that is too long. */
    on(
      event: 'message' | 'overflow',
      listener: ((this: void, client: Socket, topic: string, data?: string) => void) | undefined,
    ): void;
    /** False when it cannot be queued. `sent` is called when the broker has it (quality 0: when it was sent). */
    publish(topic: string, payload: string, quality: Quality, retain: 0 | 1, sent?: Listener): boolean;
    subscribe(topic: string, quality: Quality, acknowledged?: Listener): boolean;
    subscribe(topics: Record<string, Quality>, acknowledged?: Listener): boolean;
    unsubscribe(topic: string, acknowledged?: Listener): boolean;
    unsubscribe(topics: Record<string, unknown>, acknowledged?: Listener): boolean;
  }
}
