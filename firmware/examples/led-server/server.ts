import { parse, type Request } from './request.ts';

type Handler = (this: void, body: string) => string | undefined;

interface Route {
  type: string;
  handle: Handler;
}

const routes: Record<string, Route | undefined> = {};
const inputs: Record<string, string | undefined> = {};
let served = 0;

const REASONS: Record<number, string> = {
  [200]: 'OK',
  [400]: 'Bad Request',
  [404]: 'Not Found',
  [413]: 'Content Too Large',
  [422]: 'Unprocessable Content',
  [431]: 'Request Header Fields Too Large',
};

export function route(method: string, path: string, type: string, handle: Handler): void {
  routes[`${method} ${path}`] = { type, handle };
}

function close(this: void, socket: net.Socket): void {
  socket.close();
}

function respond(socket: net.Socket, status: number, type: string, body: string, isHead: boolean): void {
  served += 1;
  socket.send(
    `HTTP/1.1 ${status} ${REASONS[status] ?? 'Error'}\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\nX-Served: ${served}\r\nConnection: close\r\n\r\n${isHead ? '' : body}`,
    close,
  );
}

function refuse(socket: net.Socket, status: number): void {
  respond(socket, status, 'text/plain', `${status}\n`, false);
}

function answer(socket: net.Socket, request: Request): void {
  const isHead = request.method === 'HEAD';
  const found = routes[`${isHead ? 'GET' : request.method} ${request.path}`];
  if (found === undefined) {
    refuse(socket, 404);
    return;
  }
  const body = found.handle(request.body);
  if (body === undefined) refuse(socket, 422);
  else respond(socket, 200, found.type, body, isHead);
}

function receive(this: void, socket: net.Socket, data: string): void {
  const [port, address] = socket.getpeer();
  const from = `${address!}:${port!}`;
  const input = (inputs[from] ?? '') + data;
  const request = parse(input);
  if (request === undefined) {
    inputs[from] = input;
    return;
  }
  inputs[from] = undefined;
  if (type(request) === 'number') refuse(socket, request as number);
  else answer(socket, request as Request);
}

export function listen(port: number): void {
  net.createServer(30).listen(port, (socket) => {
    socket.on('receive', receive);
  });
  print(`listening on ${port}`);
}
