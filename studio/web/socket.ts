/** @file The socket: news of runs as they happen. It reconnects by itself; whoever watches joins again with the history so far. */

import { io, type Socket } from 'socket.io-client';
import type { ClientEvents, ServerEvents } from '../protocol.js';

export const socket: Socket<ServerEvents, ClientEvents> = io({
	transports: ['websocket', 'polling'],
	reconnectionDelay: 400,
	reconnectionDelayMax: 4000,
	autoConnect: false,
});
