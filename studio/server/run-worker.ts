/** @file Thread entry: draws one run after another, and keeps what the next may use again. */

import { parentPort } from 'node:worker_threads';
import { openPainter } from '../../src/painter/setup.js';
import { SharedParts } from '../../src/painter/shared-parts.js';
import { stepBack } from './background.js';
import { Drawing } from './drawing.js';
import type { RunAnswer, RunRequest } from './run-messages.js';

stepBack();
const port = parentPort!;
const shared = new SharedParts();
let drawing: Drawing | undefined;
let watched = false;
let warming: Promise<void> = Promise.resolve();
const send = (answer: RunAnswer) => port.postMessage(answer);

port.on('message', async (request: RunRequest) => {
	switch (request.ask) {
		case 'draw': {
			const own = new Drawing(request.task, shared, send);
			drawing = own;
			own.watched = watched;
			// What it loads is not to be loaded twice.
			await warming;
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
		case 'warm':
			warming = openPainter(request.recipe, { shared }).then(
				(opened) => opened.close(),
				// Whatever is wrong is told when it is drawn.
				() => {},
			);
			return;
		case 'interrupt':
			drawing?.interrupt();
			return;
		case 'close':
			await warming;
			await shared.close();
			port.close();
			return;
	}
});
