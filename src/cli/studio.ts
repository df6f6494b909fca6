/** @file `atelier studio`: the web studio on this machine. */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ArgsDef, defineCommand } from 'citty';
import { AtelierError } from '../errors.js';
import { packageRoot } from '../package-root.js';
import { readArguments } from './arguments.js';
import { listenForInterrupts } from './interrupt.js';

const defaultPort = 4321;

const args = {
	port: { type: 'string', description: `Port (default: ${defaultPort}, or the next that is free)`, valueHint: 'n' },
	host: {
		type: 'string',
		description: 'Address to listen at (default: 127.0.0.1, this machine alone); others need a token',
		valueHint: 'address',
	},
	token: { type: 'string', description: 'What pages must know; made up for other hosts', valueHint: 'text' },
	outputs: { type: 'string', description: 'Folder of the runs (default: outputs)', valueHint: 'folder' },
	'no-open': { type: 'boolean', description: 'Do not open the browser' },
} satisfies ArgsDef;

/** What of the studio's server the command uses; it is loaded at run time, as src never imports the studio. */
interface StudioModule {
	startStudio(options: {
		outputs: string;
		port: number;
		host?: string;
		token?: string;
		log?: (message: string) => void;
	}): Promise<{ readonly url: string; readonly port: number; close(): Promise<void> }>;
}

/** Ports that are tried where none was asked for. */
const tries = 20;

export default defineCommand({
	meta: { name: 'studio', description: 'Draw in the browser: a page served from this machine' },
	args,
	async run({ rawArgs }) {
		const flags = readArguments(rawArgs, args, false);
		const [host, token] = [flags.one('host'), flags.one('token')];
		const asked = flags.whole('port', 0, 65535);
		const { startStudio } = await load();
		const options = {
			outputs: flags.one('outputs') ?? 'outputs',
			...(host !== undefined && { host }),
			...(token !== undefined && { token }),
			log: (message: string) => process.stderr.write(`${message}\n`),
		};
		const studio = await firstFree(asked, (port) => startStudio({ ...options, port }));
		if (asked === undefined && studio.port !== defaultPort)
			process.stderr.write(`port ${defaultPort} is taken; this is ${studio.port}\n`);
		process.stdout.write(`${studio.url}\n`);
		process.stderr.write('Ctrl-C ends the studio; what is being drawn goes on with the next start\n');
		const interruption = listenForInterrupts(() => process.stderr.write('ending after this step\n'));
		if (!flags.has('no-open')) openBrowser(studio.url);
		await new Promise((resolve) => {
			if (interruption.signal.aborted) resolve(undefined);
			interruption.signal.addEventListener('abort', resolve);
		});
		await studio.close();
		interruption.dispose();
		return interruption.exitCode ?? 0;
	},
});

async function load(): Promise<StudioModule> {
	return (await import(
		pathToFileURL(join(packageRoot(), 'dist', 'studio', 'server', 'start.js')).href
	)) as StudioModule;
}

/** The port that was asked for, or the first that is free. */
async function firstFree<T>(asked: number | undefined, start: (port: number) => Promise<T>): Promise<T> {
	for (let port = asked ?? defaultPort; ; port++) {
		try {
			return await start(port);
		} catch (error) {
			const isTaken = error instanceof AtelierError && (error.cause as { code?: string })?.code === 'EADDRINUSE';
			if (asked !== undefined || !isTaken || port >= defaultPort + tries) throw error;
		}
	}
}

/** Where there is a screen. Whether it works is no matter: the address was printed. */
function openBrowser(url: string): void {
	const { platform, env } = process;
	if (platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY) return;
	const [command, parameters] =
		platform === 'darwin'
			? ['open', [url]]
			: platform === 'win32'
				? ['cmd', ['/c', 'start', '', url]]
				: ['xdg-open', [url]];
	const child = spawn(command as string, parameters as string[], { stdio: 'ignore', detached: true });
	child.on('error', () => {});
	child.unref();
}
