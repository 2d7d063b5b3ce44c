// Sockets, TLS, HTTP, digests and Wi-Fi. Data are strings, one character a byte.

interface Socket {
  on(event: 'connect' | 'drain' | 'end', handler: () => void): void;
  on(event: 'data', handler: (bytes: string) => void): void;
  on(event: 'close', handler: (hadError: boolean) => void): void;
  on(event: 'error', handler: (details: { code: number; message: string }) => void): void;
  removeListener(event: 'connect' | 'drain' | 'end' | 'data' | 'close' | 'error', handler: Function): void;
  removeAllListeners(event?: 'connect' | 'drain' | 'end' | 'data' | 'close' | 'error'): void;
  available(): number;
  /** @returns what came while nobody listened to `data`. */
  read(length?: number): string | undefined;
  /** Queues a copy, without limit. Throws once the connection is closing. @returns false, always. */
  write(bytes: string): boolean;
  /** Close when the queue is empty. */
  end(bytes?: string): void;
  pipe(destination: EspruinoWritable, options?: EspruinoPipeOptions): void;
}

interface Server {
  listen(port: number): Server;
  close(): void;
}

interface EspruinoAddress {
  /** Name or IPv4 address, at most 127 characters. */
  host: string;
  port: number;
}

interface EspruinoNet {
  /** Blocks until the connection stands. Throws when it is refused or the name is unknown. */
  connect(address: EspruinoAddress, onConnect?: (socket: Socket) => void): Socket;
  createServer(onConnection: (socket: Socket) => void): Server;
}

/** Nobody verifies the other side's certificate. */
interface EspruinoTlsAddress extends EspruinoAddress {
  /** DER, one character a byte; a `ca` is read and not used. */
  ca?: string;
  cert?: string;
  key?: string;
}

interface EspruinoTls {
  /** Returns before the handshake, whose end nothing tells. */
  connect(address: EspruinoTlsAddress, onConnect?: (socket: Socket) => void): Socket;
}

interface EspruinoHttpRequestOptions {
  host: string;
  /** Default 80. */
  port?: number;
  /** Default '/'. */
  path?: string;
  /** Default GET. */
  method?: string;
  protocol?: 'http:' | 'https:';
  headers?: { [name: string]: string | number };
  ca?: string;
  cert?: string;
  key?: string;
}

/** What a server answered. */
interface httpCRs {
  readonly headers: { [name: string]: string };
  readonly httpVersion: string;
  readonly statusCode: string;
  readonly statusMessage: string;
  on(event: 'data', handler: (bytes: string) => void): void;
  on(event: 'close' | 'end', handler: () => void): void;
  on(event: 'error', handler: (details: { code: number; message: string }) => void): void;
  available(): number;
  read(length?: number): string | undefined;
  pipe(destination: EspruinoWritable, options?: EspruinoPipeOptions): void;
}

/** What we ask a server. */
interface httpCRq {
  on(event: 'drain' | 'close', handler: () => void): void;
  on(event: 'error', handler: (details: { code: number; message: string }) => void): void;
  write(bytes: string): boolean;
  end(bytes?: string): void;
}

/** What a client asks us. */
interface httpSRq {
  readonly headers: { [name: string]: string };
  readonly method: string;
  readonly url: string;
  on(event: 'data', handler: (bytes: string) => void): void;
  on(event: 'close' | 'end', handler: () => void): void;
  available(): number;
  read(length?: number): string | undefined;
  pipe(destination: EspruinoWritable, options?: EspruinoPipeOptions): void;
}

/** What we answer. */
interface httpSRs {
  headers: { [name: string]: string };
  on(event: 'drain' | 'close', handler: () => void): void;
  setHeader(name: string, value: string): void;
  writeHead(status: number, headers?: { [name: string]: string | number }): void;
  write(bytes: string): boolean;
  end(bytes?: string): void;
}

interface httpSrv {
  listen(port: number): httpSrv;
  close(): void;
}

interface EspruinoUrl {
  method: string;
  host: string;
  path: string;
  pathname: string;
  search: string | null;
  port: number;
  query: { [name: string]: string } | null;
}

interface EspruinoHttp {
  createServer(onRequest: (request: httpSRq, response: httpSRs) => void): httpSrv;
  /** Send it with `end()`. */
  request(options: EspruinoHttpRequestOptions | string, onResponse: (response: httpCRs) => void): httpCRq;
  get(options: EspruinoHttpRequestOptions | string, onResponse: (response: httpCRs) => void): httpCRq;
}

declare const url: {
  parse(text: string, parseQuery?: boolean): EspruinoUrl;
};

/** Which of these a build has differs: look with `typeof`. */
interface EspruinoCrypto {
  SHA1(message: EspruinoBytes): ArrayBuffer;
  SHA224?(message: EspruinoBytes): ArrayBuffer;
  SHA256?(message: EspruinoBytes): ArrayBuffer;
  SHA384?(message: EspruinoBytes): ArrayBuffer;
  SHA512?(message: EspruinoBytes): ArrayBuffer;
  PBKDF2?(
    passphrase: EspruinoBytes,
    salt: EspruinoBytes,
    options: {
      keySize?: number;
      iterations?: number;
      hasher?: 'SHA1' | 'SHA224' | 'SHA256' | 'SHA384' | 'SHA512';
    },
  ): ArrayBuffer;
}

type EspruinoAuthMode = 'open' | 'wep' | 'wpa' | 'wpa2' | 'wpa_wpa2';
type EspruinoCallback = (error: string | null) => void;

interface EspruinoIp {
  ip: string;
  netmask: string;
  gw: string;
  mac: string;
}

interface EspruinoAccessPoint {
  ssid: string;
  mac: string;
  authMode: EspruinoAuthMode;
  channel: number;
  hidden: boolean;
  /** dBm. */
  rssi: number;
}

interface EspruinoWifiStatus {
  station:
    'off' | 'connecting' | 'wrong_password' | 'bad_password' | 'no_ap_found' | 'connect_fail' | 'connected';
  ap: 'disabled' | 'enabled';
  mode: 'off' | 'sta' | 'ap' | 'sta+ap';
  phy: '11b' | '11g' | '11n';
  powersave: string;
  savedMode: 'off' | 'sta' | 'ap' | 'sta+ap';
  /** dBm; only while joined. */
  rssi?: number;
  ssid?: string;
}

interface EspruinoWifiDetails {
  status: EspruinoWifiStatus['station'];
  rssi?: number;
  ssid?: string;
  password?: string;
  authMode?: EspruinoAuthMode;
  savedSsid?: string | null;
}

interface EspruinoWifiApDetails {
  status: 'enabled' | 'disabled';
  stations: { ip: string; mac?: string }[];
  ssid?: string;
  password?: string;
  authMode?: EspruinoAuthMode;
  hidden?: boolean;
  maxConn?: number;
  savedSsid?: string | null;
}

interface EspruinoWifi {
  on(event: 'associated', handler: (details: { ssid: string; mac: string; channel: number }) => void): void;
  on(event: 'connected', handler: (details: { ip: string; netmask: string; gw: string }) => void): void;
  /** `reason` is a number as text. */
  on(
    event: 'disconnected',
    handler: (details: { ssid?: string; mac?: string; reason?: string }) => void,
  ): void;
  on(event: 'dhcp_timeout', handler: () => void): void;
  on(event: 'sta_joined' | 'sta_left', handler: (details: { mac: string }) => void): void;
  removeAllListeners(
    event?: 'associated' | 'connected' | 'disconnected' | 'dhcp_timeout' | 'sta_joined' | 'sta_left',
  ): void;
  /** Calls back once it has an address, or has given up. */
  connect(
    ssid: string,
    options?: { password?: string; dnsServers?: string[]; channel?: number; bssid?: string },
    callback?: EspruinoCallback,
  ): void;
  disconnect(callback?: () => void): void;
  scan(callback: (error: string | null, found: EspruinoAccessPoint[]) => void): void;
  startAP(
    ssid: string,
    options?: { password?: string; authMode?: EspruinoAuthMode; channel?: number; hidden?: boolean },
    callback?: EspruinoCallback,
  ): void;
  stopAP(callback?: () => void): void;
  getStatus(callback?: (status: EspruinoWifiStatus) => void): EspruinoWifiStatus;
  getDetails(callback?: (details: EspruinoWifiDetails) => void): EspruinoWifiDetails;
  getAPDetails(callback?: (details: EspruinoWifiApDetails) => void): EspruinoWifiApDetails;
  getIP(callback?: (error: string | null, ip: EspruinoIp) => void): EspruinoIp;
  getAPIP(callback?: (error: string | null, ip: EspruinoIp) => void): EspruinoIp;
  setIP(settings: { ip: string; netmask: string; gw: string }, callback?: EspruinoCallback): void;
  setAPIP(settings: { ip: string; netmask: string; gw: string }, callback?: EspruinoCallback): void;
  setConfig(settings: { phy?: '11b' | '11g' | '11n'; powersave?: 'none' | 'ps-poll' | 'min' | 'max' }): void;
  /** What the board does at the next start by itself. */
  save(what?: 'clear' | 'sta+ap'): void;
  restore(): void;
  getHostname(callback?: (name: string) => void): string;
  setHostname(name: string, callback?: () => void): void;
  /** @param callback given an IPv4 address as text, null when nobody knows the host. */
  getHostByName(host: string, callback: (address: string | null) => void): void;
  /** @param zone hours from UTC, as text. */
  setSNTP(server: string, zone: string): void;
  ping(
    host: string,
    callback: (result: { respTime: number; seqNo: number; bytes: number; error: number }) => void,
  ): void;
}

declare function require(module: 'net'): EspruinoNet;
declare function require(module: 'tls'): EspruinoTls;
declare function require(module: 'http'): EspruinoHttp;
declare function require(module: 'crypto'): EspruinoCrypto;
declare function require(module: 'Wifi'): EspruinoWifi;
/** A module of Storage, or one that is built in and not described here. */
declare function require(module: string): any;
