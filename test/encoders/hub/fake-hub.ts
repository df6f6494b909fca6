/** @file A hub on this machine that answers as Hugging Face's does, and misbehaves when it is told to. */

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What goes wrong with one request for a file. */
export type Fault =
	| { readonly kind: 'drop'; readonly after: number; readonly until?: Promise<unknown> }
	| { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
	| { readonly kind: 'ignore range'; readonly drop?: number }
	| { readonly kind: 'corrupt' }
	| { readonly kind: 'hang' }
	| { readonly kind: 'hold'; readonly after: number; readonly until: Promise<unknown> }
	| { readonly kind: 'too long' };

/** A request as it came. */
export interface Seen {
	readonly path: string;
	readonly range: string | undefined;
	readonly authorization: string | undefined;
}

/** Files of a repository; those whose names end so are in LFS. */
export type Repository = Readonly<Record<string, Uint8Array>>;
const isLfs = (name: string): boolean => /\.(safetensors|bin|pt)$/.test(name);

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const gitNameOf = (bytes: Uint8Array): string =>
	createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');

export class FakeHub {
	/** Faults by name of file, each for one request, in order. */
	readonly faults = new Map<string, Fault[]>();
	readonly seen: Seen[] = [];
	/** Changes what the listing says. */
	listing = (entries: Record<string, unknown>[]): unknown => entries;
	commit = 'a'.repeat(40);
	/** Files are answered from elsewhere, by a redirect. */
	redirects: string | undefined;
	/** Entries of a page of the listing. */
	pageSize = 3;
	private readonly server: Server;

	private constructor(readonly repositories: Record<string, Repository>) {
		this.server = createServer((request, response) => this.answer(request, response));
	}

	static async open(repositories: Record<string, Repository> = {}): Promise<FakeHub> {
		const hub = new FakeHub(repositories);
		await new Promise<void>((resolve) => hub.server.listen(0, '127.0.0.1', resolve));
		return hub;
	}

	get address(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	close(): Promise<void> {
		this.server.closeAllConnections();
		return new Promise((resolve) => this.server.close(() => resolve()));
	}

	/** Requests for a file, or for what a part of a path names. */
	asked = (part: string): Seen[] => this.seen.filter(({ path }) => path.includes(part));

	private answer(request: IncomingMessage, response: ServerResponse): unknown {
		const url = new URL(request.url ?? '/', this.address);
		const { range, authorization } = request.headers;
		this.seen.push({ path: url.pathname, range, authorization });
		const [, org = '', name = ''] = /^\/(?:api\/models\/)?([^/]+)\/([^/]+)\//.exec(url.pathname) ?? [];
		const repository = this.repositories[`${org}/${name}`];
		const json = (status: number, value: unknown, headers: Record<string, string> = {}) => {
			response.writeHead(status, { 'content-type': 'application/json', ...headers });
			response.end(JSON.stringify(value));
		};
		if (!repository) return json(401, { error: 'Invalid username or password.' });
		if (url.pathname.includes('/revision/')) {
			const fault = this.faults.get('revision')?.shift();
			if (fault?.kind === 'status') return json(fault.status, {}, { ...fault.headers });
			return json(200, {
				_id: '6',
				id: `${org}/${name}`,
				private: false,
				gated: false,
				downloads: 1,
				likes: 1,
				lastModified: '2024-01-01T00:00:00.000Z',
				sha: this.commit,
				cardData: { license: 'mit' },
			});
		}
		if (url.pathname.includes('/tree/')) {
			const entries = Object.entries(repository).map(([path, bytes]) => ({
				type: 'file',
				oid: gitNameOf(bytes),
				size: bytes.length,
				path,
				...(isLfs(path) && { lfs: { oid: sha256Of(bytes), size: bytes.length, pointerSize: 130 } }),
			}));
			const all = this.listing([{ type: 'directory', oid: 'b'.repeat(40), size: 0, path: 'onnx' }, ...entries]);
			if (!Array.isArray(all)) return json(200, all);
			const at = Number(url.searchParams.get('cursor') ?? 0);
			const next = at + this.pageSize;
			url.searchParams.set('cursor', String(next));
			return json(200, all.slice(at, next), next < all.length ? { link: `<${url.href}>; rel="next"` } : {});
		}
		const file = decodeURIComponent(url.pathname.split('/').at(-1)!);
		const bytes = repository[file];
		if (!bytes) return json(404, { error: 'Entry not found' }, { 'x-error-code': 'EntryNotFound' });
		if (this.redirects) {
			response.writeHead(302, { location: `${this.redirects}${url.pathname}` });
			return response.end();
		}
		return this.send(bytes, range, this.faults.get(file)?.shift(), response);
	}

	private send(
		bytes: Uint8Array,
		range: string | undefined,
		fault: Fault | undefined,
		response: ServerResponse,
	): unknown {
		if (fault?.kind === 'hang') return undefined;
		if (fault?.kind === 'status') {
			response.writeHead(fault.status, { ...fault.headers });
			return response.end();
		}
		const [, first, last] = (fault?.kind === 'ignore range' ? null : /^bytes=(\d+)-(\d*)$/.exec(range ?? '')) ?? [];
		const from = Number(first ?? 0);
		const to = last ? Number(last) + 1 : bytes.length;
		if (from >= bytes.length && bytes.length > 0) {
			response.writeHead(416, { 'content-range': `bytes */${bytes.length}` });
			return response.end();
		}
		let part = Buffer.from(bytes.subarray(from, to));
		if (fault?.kind === 'corrupt') part.fill(0x21);
		if (fault?.kind === 'too long') part = Buffer.concat([part, Buffer.from('more')]);
		response.writeHead(first === undefined ? 200 : 206, {
			...(fault?.kind === 'too long' ? {} : { 'content-length': part.length }),
			...(first !== undefined && { 'content-range': `bytes ${from}-${to - 1}/${bytes.length}` }),
		});
		const cut = fault?.kind === 'drop' ? fault.after : fault?.kind === 'ignore range' ? fault.drop : undefined;
		if (cut !== undefined) {
			// What has not been read when a connection ends may be lost.
			const held = fault?.kind === 'drop' ? fault.until : undefined;
			return response.write(part.subarray(0, cut), () => void Promise.resolve(held).then(() => response.socket?.end()));
		}
		if (fault?.kind === 'hold') {
			response.write(part.subarray(0, fault.after));
			return fault.until.then(() => response.end(part.subarray(fault.after)));
		}
		return response.end(part);
	}
}
