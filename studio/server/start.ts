/** @file Starts a studio: HTTP and sockets on one port, the queue, the outputs. */

import { createServer, type Server } from 'node:http';
import { join, resolve } from 'node:path';
import { AtelierError } from '../../src/errors.js';
import { lockFolder, unlockFolder } from '../../src/folder-lock.js';
import { makeFolder } from '../../src/folders.js';
import { createApp } from './app.js';
import { Downloads } from './downloads.js';
import { Speeds } from './estimate.js';
import { Gallery } from './gallery.js';
import { learnWhenIdle } from './idle.js';
import { Marks } from './marks.js';
import { RunQueue } from './queue.js';
import { Search } from './search.js';
import { isLoopback, Names } from './security.js';
import { openSockets } from './sockets.js';
import type { Studio } from './studio.js';
import { TaskThread } from './tasks.js';
import { newToken, shortestToken, TokenGate } from './token.js';
import { Uploads } from './uploads.js';
import { watchFinished } from './watch-finished.js';
import { welcomeRecipe } from './welcome.js';

/** Exports that wait at most. */
const mostExports = 8;

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
	makeFolder(outputs);
	const own = join(outputs, '.studio');
	makeFolder(own);

	const token = options.token ?? (isLoopback(host) ? undefined : newToken());
	const names = new Names(host);
	const http = createServer();
	lockFolder(own);
	try {
		names.port = await listen(http, host, port);
	} catch (error) {
		unlockFolder(own);
		throw error;
	}
	const gate = token === undefined ? undefined : new TokenGate(token, `atelier-${names.port}`);

	const uploads = new Uploads(join(own, 'uploads'));
	const marks = new Marks(join(own, 'marks.json'));
	const speeds = new Speeds(join(own, 'speeds.json'));
	const exporter = new TaskThread(mostExports);
	const looker = new TaskThread();
	const search = new Search(join(own, 'embeddings.jsonl'), looker);
	const queue = new RunQueue({
		outputs,
		journal: join(own, 'queue.jsonl'),
		locate: (recipe) => uploads.located(recipe),
		folderOf: (id) => gallery.folderOf(id),
		estimate: (recipe) => speeds.estimate(recipe),
		isStarred: (id) => marks.starred.has(id),
		log,
	});
	const gallery = new Gallery({
		outputs,
		own,
		marks,
		uploads,
		isUnfinished: (id) => queue.isUnfinished(id),
		onChange: (change) => io.emit('output', change),
	});
	const welcome = (options.welcome ?? true) ? welcomeRecipe() : undefined;
	const downloads = new Downloads((news) => io.emit('download', news), log);
	const studio: Studio = {
		outputs,
		welcome,
		queue,
		uploads,
		gallery,
		marks,
		search,
		speeds,
		downloads,
		exporter,
		looker,
		log,
	};
	// Before the sockets, which hand on what is not theirs.
	http.on('request', createApp(studio, names, gate));
	const io = openSockets(http, names, gate, { queue, watchFinished: (id) => watchFinished(studio, id), log });
	queue.on('measured', (recipe, perStep) => speeds.learn(recipe, perStep));
	queue.on('finished', (run) => {
		if (run.parent) {
			marks.parents.set(run.id, run.parent);
			marks.save();
		}
		gallery.ended(run.id).catch((error: unknown) => log(String(error)));
	});
	queue.start(welcome);
	const stopLearning = learnWhenIdle(studio);

	const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
	return {
		url: `http://${shown}:${names.port}/${token === undefined ? '' : `?token=${token}`}`,
		port: names.port,
		async close() {
			stopLearning();
			await Promise.all([queue.close(), downloads.close()]);
			await io.close();
			http.closeAllConnections();
			await Promise.all([exporter.close(), looker.close()]);
			unlockFolder(own);
		},
	};
}

function listen(http: Server, host: string, port: number): Promise<number> {
	return new Promise((resolve, reject) => {
		http.once('error', (error: NodeJS.ErrnoException) =>
			reject(
				error.code === 'EADDRINUSE'
					? new AtelierError(
							'E_ARGUMENT',
							`expected a free port, but ${port} is taken; choose another, such as ${port + 1}`,
							{
								cause: error,
							},
						)
					: new AtelierError('E_ARGUMENT', `expected to listen at ${host}:${port}, but could not (${error.message})`, {
							cause: error,
						}),
			),
		);
		http.listen(port, host, () => resolve((http.address() as { port: number }).port));
	});
}
