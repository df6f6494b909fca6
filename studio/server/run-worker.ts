/** @file Thread entry: draws one run after another, and keeps what the next may use again. */

import { parentPort } from 'node:worker_threads';
import { SharedParts } from '../../src/painter/shared-parts.js';
import { stepBack } from './background.js';
import { Drawing } from './drawing.js';
import type { RunAnswer, RunRequest } from './run-messages.js';

stepBack();
const port = parentPort!;
const shared = new SharedParts();
let drawing: Drawing | undefined;
let watched = false;
const send = (answer: RunAnswer) => port.postMessage(answer);

port.on('message', async (request: RunRequest) => {
	switch (request.ask) {
		case 'draw': {
			const own = new Drawing(request.task, shared, send);
			drawing = own;
			own.watched = watched;
			await own.run();
			if (drawing === own) drawing = undefined;
			return;
		}
		case 'command':
			// What has ended meanwhile needs to be told nothing.
			if (drawing) drawing.command(request.call, request.command);
			else send({ answer: 'obeyed', call: request.call });
			return;
		case 'watched':
			watched = request.watched;
			if (drawing) drawing.watched = watched;
			return;
		case 'interrupt':
			drawing?.interrupt();
			return;
		case 'close':
			await shared.close();
			port.close();
			return;
	}
});
