/** @file Starts a studio: HTTP and sockets on one port, the queue, the outputs. */

import { createServer, type Server } from 'node:http';
import { join, resolve } from 'node:path';
import { AtelierError } from '../../src/errors.js';
import { prepareOutputs } from '../../src/export/run-folder.js';
import { makeFolder } from '../../src/folders.js';
import { createApp } from './app.js';
import { notFound } from './problem.js';
import { RunQueue } from './queue.js';
import { isLoopback, Names } from './security.js';
import { openSockets } from './sockets.js';
import type { Studio } from './studio.js';
import { newToken, shortestToken, TokenGate } from './token.js';
import { Uploads } from './uploads.js';

export interface StudioOptions {
	/** Folder of the runs. */
	readonly outputs: string;
	/** 0: any that is free. */
	readonly port: number;
	/** Address to listen at; default this machine alone. */
	readonly host?: string;
	/** Asked for by every page; made up where the host is not this machine alone. */
	readonly token?: string;
	/** Draw something by itself for whoever comes in first; default true. */
	readonly welcome?: boolean;
	/** Is told what only the owner should know. */
	readonly log?: (message: string) => void;
}

export interface RunningStudio {
	/** With the token, where there is one. */
	readonly url: string;
	readonly port: number;
	/** Ends what is drawn after its step; it goes on with the next start. */
	close(): Promise<void>;
}

/**
 * @throws AtelierError E_ARGUMENT for a short token or a port that is taken; E_IO for outputs that cannot be written to, or where
 * another studio is at work
 */
export async function startStudio(options: StudioOptions): Promise<RunningStudio> {
	const { host = '127.0.0.1', port, log = () => {} } = options;
	const outputs = resolve(options.outputs);
	if (options.token !== undefined && options.token.length < shortestToken)
		throw new AtelierError(
			'E_ARGUMENT',
			`expected a token of at least ${shortestToken} characters, got ${options.token.length}; leave it out for one that is made up`,
		);
	prepareOutputs(outputs);
	const own = join(outputs, '.studio');
	makeFolder(own);

	const token = options.token ?? (isLoopback(host) ? undefined : newToken());
	const names = new Names(host);
	const http = createServer();
	names.port = await listen(http, host, port);
	const gate = token === undefined ? undefined : new TokenGate(token, `atelier-${names.port}`);

	const uploads = new Uploads(join(own, 'uploads'));
	const queue = new RunQueue({
		outputs,
		journal: join(own, 'queue.jsonl'),
		locate: (recipe) => uploads.located(recipe),
		folderOf: () => undefined,
		estimate: () => null,
		isStarred: () => false,
		log,
	});
	const studio: Studio = {
		outputs,
		welcomes: options.welcome ?? true,
		queue,
		uploads,
		finished: async (id) => {
			throw notFound(`run '${id}'`);
		},
		finishedHistory: async (id) => {
			throw notFound(`run '${id}'`);
		},
		log,
	};
	// Before the sockets, which hand on what is not theirs.
	http.on('request', createApp(studio, names, gate));
	const io = openSockets(http, names, gate, { queue, watchFinished: async () => undefined, log });
	queue.start();

	const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
	return {
		url: `http://${shown}:${names.port}/${token === undefined ? '' : `?token=${token}`}`,
		port: names.port,
		async close() {
			await queue.close();
			await io.close();
			http.closeAllConnections();
		},
	};
}

function listen(http: Server, host: string, port: number): Promise<number> {
	return new Promise((resolve, reject) => {
		http.once('error', (error: NodeJS.ErrnoException) =>
			reject(
				error.code === 'EADDRINUSE'
					? new AtelierError('E_ARGUMENT', `expected a free port, but ${port} is taken; try --port ${port + 1}`, {
							cause: error,
						})
					: new AtelierError('E_ARGUMENT', `expected to listen at ${host}:${port}, but could not (${error.message})`, {
							cause: error,
						}),
			),
		);
		http.listen(port, host, () => resolve((http.address() as { port: number }).port));
	});
}
