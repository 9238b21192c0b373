import type { Clock, Timer } from '../../clock.ts';
import type { Ipv4Address } from '../../tcpip/address.ts';
import type { DhcpClient } from '../../tcpip/dhcp.ts';
import type { TcpIp } from '../../tcpip/stack.ts';
import type { AccessPoint } from '../network-side.ts';

/** Results of wifi.sta.status (SDK: STATION_IDLE ...). */
export const Status = { idle: 0, connecting: 1, wrongPassword: 2, notFound: 3, failed: 4, gotIp: 5 } as const;
export type Status = (typeof Status)[keyof typeof Status];

/** Reasons of a disconnection (IEEE 802.11 and the SDK's own from 200 on). */
const Reason = { leave: 8, handshakeTimeout: 15, beaconTimeout: 200, notFound: 201 } as const;

/** Operating modes of the radio; bit 0 is the station. */
export const Mode = { none: 0, station: 1, softAp: 2, both: 3 } as const;

export interface StationConfig {
  ssid: string;
  password: string;
  bssid: string | undefined;
}

export interface AddressConfig {
  address: Ipv4Address;
  netmask: Ipv4Address;
  gateway: Ipv4Address;
}

export type StationEvent =
  | { type: 'connected'; ssid: string; bssid: string; channel: number }
  | { type: 'disconnected'; ssid: string; bssid: string; reason: number }
  | ({ type: 'got-ip' } & AddressConfig)
  | { type: 'dhcp-timeout' };

export interface StationOptions {
  clock: Clock;
  stack: TcpIp;
  dhcp: DhcpClient;
  accessPoint: AccessPoint | undefined;
  /** Whether the access point is on the air. */
  isUp: boolean;
  onEvent(event: StationEvent): void;
  /** Name servers that DHCP has told. */
  onNameServers(servers: readonly Ipv4Address[]): void;
}

/** What the virtual access point calls itself. */
export const ACCESS_POINT = { bssid: '02:00:00:00:00:01', channel: 6, rssi: -55 } as const;

/** Scan, authentication and association; chips take 1 to 3 s, which nobody wants to wait for here. */
const ASSOCIATION_MS = 20;
/** Pause between attempts, and until a missing access point is noticed; about what the SDK does. */
const RETRY_MS = 2000;
const BEACON_LOSS_MS = 6000;

/** The station side of the radio: finds its access point, stays with it, and has an address. */
export class Station {
  config: StationConfig = { ssid: '', password: '', bssid: undefined };
  autoConnect = true;
  status: Status = Status.idle;
  readonly #options: StationOptions;
  #isUp: boolean;
  #isEnabled = false;
  #isAssociated = false;
  #wanted = false;
  #static: AddressConfig | undefined;
  #timer: Timer | undefined;

  constructor(options: StationOptions) {
    this.#options = options;
    this.#isUp = options.isUp;
    options.stack.netif.up = false;
  }

  get isAssociated(): boolean {
    return this.#isAssociated;
  }

  get isEnabled(): boolean {
    return this.#isEnabled;
  }

  /** Follows the operating mode. */
  enable(isEnabled: boolean): void {
    if (this.#isEnabled === isEnabled) return;
    this.#isEnabled = isEnabled;
    if (!isEnabled) this.#leave(Reason.leave, Status.idle);
    else if (this.autoConnect && this.config.ssid !== '') this.connect();
  }

  connect(): void {
    if (!this.#isEnabled || this.config.ssid === '' || this.#isAssociated) return;
    this.#wanted = true;
    this.status = Status.connecting;
    this.#schedule(ASSOCIATION_MS, () => {
      this.#associate();
    });
  }

  /** Connected from the first moment, with a fixed address. */
  joinNow(config: StationConfig, address: AddressConfig): void {
    this.config = config;
    this.setAddress(address);
    this.#wanted = true;
    this.#associate();
  }

  disconnect(): void {
    this.#wanted = false;
    this.#leave(Reason.leave, Status.idle);
  }

  /** A fixed address instead of DHCP. */
  setAddress(address: AddressConfig): void {
    this.#static = address;
    this.#options.dhcp.stop();
    if (this.#isAssociated) this.#useAddress(address);
  }

  get staticAddress(): AddressConfig | undefined {
    return this.#static;
  }

  setAccessPoint(isUp: boolean): void {
    this.#isUp = isUp;
    if (isUp || !this.#isAssociated) return;
    // Frames are lost at once, the loss is noticed later.
    this.#options.stack.netif.up = false;
    this.#schedule(BEACON_LOSS_MS, () => {
      if (this.#isUp) this.#options.stack.netif.up = true;
      else this.#leave(Reason.beaconTimeout, Status.notFound);
    });
  }

  close(): void {
    this.#timer?.cancel();
    this.#options.dhcp.stop();
  }

  #associate(): void {
    const { accessPoint } = this.#options;
    const { ssid, password } = this.config;
    if (!this.#isUp || accessPoint?.ssid !== ssid) {
      this.#fail(Status.notFound, Reason.notFound);
      return;
    }
    if (accessPoint.password !== undefined && accessPoint.password !== '' && accessPoint.password !== password) {
      this.#fail(Status.wrongPassword, Reason.handshakeTimeout);
      return;
    }
    this.#isAssociated = true;
    this.#options.stack.netif.up = true;
    this.#options.onEvent({ type: 'connected', ssid, bssid: ACCESS_POINT.bssid, channel: ACCESS_POINT.channel });
    if (this.#static) this.#useAddress(this.#static);
    else this.#askForAddress();
  }

  #askForAddress(): void {
    this.#options.dhcp.start({
      bound: (lease) => {
        this.#options.onNameServers(lease.dns);
        this.#useAddress(lease);
      },
      lost: () => {
        this.#options.stack.setAddress(0, 0, 0);
        this.status = Status.connecting;
      },
      timedOut: () => {
        this.#options.onEvent({ type: 'dhcp-timeout' });
      },
    });
  }

  #useAddress(config: AddressConfig): void {
    const { address, netmask, gateway } = config;
    this.#options.stack.setAddress(address, netmask, gateway);
    this.status = Status.gotIp;
    this.#options.onEvent({ type: 'got-ip', address, netmask, gateway });
  }

  #fail(status: Status, reason: number): void {
    this.status = status;
    const { ssid } = this.config;
    this.#options.onEvent({ type: 'disconnected', ssid, bssid: '00:00:00:00:00:00', reason });
    this.#retry();
  }

  #leave(reason: number, status: Status): void {
    this.#timer?.cancel();
    this.status = status;
    if (!this.#isAssociated) return;
    this.#isAssociated = false;
    this.#options.dhcp.stop();
    this.#options.stack.netif.up = false;
    this.#options.stack.setAddress(0, 0, 0);
    const { ssid } = this.config;
    this.#options.onEvent({ type: 'disconnected', ssid, bssid: ACCESS_POINT.bssid, reason });
    this.#retry();
  }

  #retry(): void {
    if (!this.#wanted || !this.#isEnabled) return;
    this.#schedule(RETRY_MS, () => {
      this.#associate();
    });
  }

  #schedule(delayMs: number, work: () => void): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(delayMs, work);
  }
}
