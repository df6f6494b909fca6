/** @file A real studio on a free port, compiled as users have it (threads are started from files), and real clients. */

import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { io, type Socket } from 'socket.io-client';
import { unpackFrames } from '../../../studio/frames.js';
import type { ClientEvents, RunInfo, RunState, ServerEvents, Watched } from '../../../studio/protocol.js';
import type { RunningStudio, StudioOptions } from '../../../studio/server/start.js';

const compiled = pathToFileURL(join(import.meta.dirname, '../../../dist/studio/server/start.js')).href;
export const { startStudio } = (await import(compiled)) as {
	startStudio(options: StudioOptions): Promise<RunningStudio>;
};

/** A drawing that takes a moment. */
export const small = (steps = 8, more: Record<string, unknown> = {}): Record<string, unknown> => ({
	prompts: 'a red heart',
	steps,
	canvas: 64,
	size: [64, 64],
	candidates: 1,
	tidy: false,
	views: 2,
	strokes: { paths: 4 },
	engine: { threads: 1 },
	...more,
});

/** What fetch sends. */
export type Body = NonNullable<Parameters<typeof fetch>[1]>['body'];

export interface Answer {
	readonly status: number;
	readonly headers: Headers;
	// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by the tests
	readonly body: any;
}

export type Client = Socket<ServerEvents, ClientEvents>;

/** A studio, and how to talk to it. */
export class TestStudio {
	readonly base: string;
	private readonly clients: Client[] = [];

	private constructor(
		readonly running: RunningStudio,
		readonly outputs: string,
		private readonly temporary: boolean,
	) {
		this.base = `http://127.0.0.1:${running.port}`;
	}

	static async open(options: Partial<StudioOptions> = {}): Promise<TestStudio> {
		const outputs = options.outputs ?? mkdtempSync(join(tmpdir(), 'atelier-studio-'));
		const running = await startStudio({ port: 0, welcome: false, ...options, outputs });
		return new TestStudio(running, outputs, options.outputs === undefined);
	}

	async close(): Promise<void> {
		for (const client of this.clients) client.disconnect();
		await this.running.close();
		if (this.temporary) rmSync(this.outputs, { recursive: true, force: true });
	}

	async ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
		const isBytes = body instanceof Uint8Array;
		const response = await fetch(`${this.base}/api/v1${path}`, {
			method,
			redirect: 'manual',
			...(body !== undefined && { body: isBytes ? (body as Body) : JSON.stringify(body) }),
			headers: { ...(body !== undefined && !isBytes && { 'content-type': 'application/json' }), ...headers },
		});
		const bytes = Buffer.from(await response.arrayBuffer());
		const isJson = /json/.test(response.headers.get('content-type') ?? '');
		return {
			status: response.status,
			headers: response.headers,
			body: isJson ? JSON.parse(bytes.toString()) : bytes,
		};
	}

	get = (path: string, headers?: Record<string, string>) => this.ask('GET', path, undefined, headers);
	post = (path: string, body: unknown, headers?: Record<string, string>) => this.ask('POST', path, body, headers);

	/** Ask for one run. */
	async draw(recipe: Record<string, unknown>, more: Record<string, unknown> = {}): Promise<RunInfo> {
		const { status, body } = await this.post('/runs', { recipe, ...more });
		if (status !== 201) throw new Error(JSON.stringify(body));
		return body.runs[0] as RunInfo;
	}

	/** The run once it is in one of these states. */
	async until(id: string, ...states: RunState[]): Promise<RunInfo> {
		for (;;) {
			const { body } = await this.get(`/runs/${id}`);
			if (states.includes(body.state)) return body as RunInfo;
			if (['failed', 'done', 'stopped', 'cancelled'].includes(body.state))
				throw new Error(`${id} is ${body.state}: ${JSON.stringify(body.problem)}`);
			await new Promise((resolve) => setTimeout(resolve, 30));
		}
	}

	async connect(options: Record<string, unknown> = {}): Promise<Client> {
		const client: Client = io(this.base, { reconnection: false, forceNew: true, ...options });
		this.clients.push(client);
		await new Promise<void>((resolve, reject) => {
			client.once('connect', resolve);
			client.once('connect_error', reject);
		});
		return client;
	}

	/** What is told on joining a run, unpacked. */
	async watch(client: Client, id: string): Promise<Watched> {
		const answer = await client.timeout(60_000).emitWithAck('watch', id);
		return 'run' in answer ? { ...answer, frames: unpackFrames(answer) } : (answer as unknown as Watched);
	}

	/** A request with headers that fetch does not let one forge. */
	raw(
		path: string,
		headers: Record<string, string>,
		method = 'GET',
	): Promise<{ status: number; body: string; location?: string }> {
		return new Promise((resolve, reject) => {
			const asked = request(`${this.base}${path}`, { method, headers }, (response) => {
				let body = '';
				response.on('data', (data: Buffer) => {
					body += data.toString();
				});
				response.on('end', () =>
					resolve({
						status: response.statusCode ?? 0,
						body,
						...(response.headers.location && { location: response.headers.location }),
					}),
				);
			});
			asked.on('error', reject);
			asked.end();
		});
	}
}
