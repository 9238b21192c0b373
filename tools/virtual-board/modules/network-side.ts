import type { BoardEvent, TcpStateName } from '../inspect.ts';
import type { LuaModule } from '../lua/library.ts';
import type { Link } from '../wire/link.ts';
import type { ModuleHost } from './host.ts';

/** What the network of a board is made from, once per boot. */
export interface NetworkSideOptions {
  /** Absent: no antenna. */
  link: Link | undefined;
  accessPoint: AccessPoint | undefined;
  /** Whether the access point is on the air when the board boots. */
  isUp: boolean;
  onEvent(event: BoardEvent): void;
  /** Whether anybody wants events of type `pcb`: a busy server has tens of thousands in a second. */
  wantsPcbEvents(): boolean;
}

/** The one access point around. */
export interface AccessPoint {
  ssid: string;
  /** Absent: an open network. */
  password?: string | undefined;
}

/** Wi-Fi, TCP/IP and the modules that speak to them, for one boot. */
export interface NetworkSide {
  readonly modules: readonly LuaModule[];
  /** Control blocks by state, LISTEN left out. */
  pcbs(): Partial<Record<TcpStateName, number>>;
  station(): { connected: boolean; ip: string };
  /** The access point goes off the air or returns. */
  setAccessPoint(up: boolean): void;
  close(): void;
}

export type NetworkFactory = (host: ModuleHost, options: NetworkSideOptions) => NetworkSide;
