/** @file One file of a model from a server: gone on with where it broke off (RFC 9110 range requests), and what it should be. */

import { createHash } from 'node:crypto';
import { createReadStream, rmSync, statSync, truncateSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { AtelierError } from '../../errors.js';
import { guard, unwritable } from '../../files.js';
import { sha256 } from '../model-folder.js';
import { type Network, Passing } from './network.js';

/** What a file's bytes have to give: their sha256, or the name that git has for them, sha1 of `blob SIZE\0` and them. */
export interface Digest {
	readonly kind: 'sha256' | 'git';
	readonly hex: string;
}

/** A file to fetch. */
export interface RemoteFile {
	readonly name: string;
	readonly url: string;
	readonly bytes: number;
	readonly digest: Digest;
}

/** Whether a file is there and is the one that is meant. */
export async function isIntact(
	path: string,
	{ bytes, digest }: Pick<RemoteFile, 'bytes' | 'digest'>,
): Promise<boolean> {
	if (sizeOf(path) !== bytes) return false;
	return (digest.kind === 'sha256' ? await sha256(path) : await gitName(path, bytes)) === digest.hex;
}

/** Bytes of a file; undefined where there is none. */
export const sizeOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.size;

/**
 * Fetch a file; what is at `path` already is its beginning. It is whole, as it should be and flushed when this resolves.
 *
 * @param onBytes is told how many bytes are there
 * @throws AtelierError E_NETWORK, E_IO; the file then holds what came
 */
export async function download(
	file: RemoteFile,
	path: string,
	network: Network,
	onBytes: (bytes: number) => void = () => {},
): Promise<void> {
	for (let again = false; ; again = true) {
		await complete(file, path, network, onBytes);
		if (await isIntact(path, file)) return;
		// What was there before may have been another file: once more from nothing.
		rmSync(path, { force: true });
		if (again)
			throw new AtelierError(
				'E_NETWORK',
				`expected ${file.name} with ${file.digest.kind === 'git' ? 'the git name' : 'the sha256'} ${file.digest.hex} from ${file.url}, got something else twice; the server is damaged or not to be trusted, and nothing was kept`,
			);
	}
}

/** Bring a file to its full size. */
async function complete(
	file: RemoteFile,
	path: string,
	network: Network,
	onBytes: (bytes: number) => void,
): Promise<void> {
	let furthest = 0;
	await network.persistently(async (progressed) => {
		const have = guard(`to write '${path}'`, () => {
			const size = sizeOf(path);
			if (size !== undefined && size > file.bytes) truncateSync(path, 0);
			return size === undefined || size > file.bytes ? 0 : size;
		});
		if (have === file.bytes && have > 0) return onBytes(have);
		furthest = Math.max(furthest, have);
		await network.ask(file.url, have > 0 ? { range: `bytes=${have}-` } : {}, async (response, alive) => {
			const from = startOf(response, file, have);
			if (from === undefined) {
				rmSync(path, { force: true });
				throw new Passing(`${new URL(file.url).host} does not go on with ${file.name}`);
			}
			const out = await open(path, from > 0 ? 'r+' : 'w').catch((cause) => {
				throw unwritable(`to write '${path}'`, cause);
			});
			let at = from;
			try {
				for await (const chunk of response.body ?? []) {
					alive();
					if (at + chunk.length > file.bytes) throw tooLong(file);
					await out.write(chunk, 0, chunk.length, at).catch((cause) => {
						throw unwritable(`to write '${path}'`, cause);
					});
					at += chunk.length;
					onBytes(at);
					// A server that begins anew each time brings nothing forward.
					if (at > furthest) {
						furthest = at;
						progressed();
					}
				}
				await out.sync();
			} finally {
				await out.close();
			}
			if (at < file.bytes)
				throw new Passing(`${new URL(file.url).host} sent ${at} of ${file.bytes} bytes of ${file.name}`);
		});
	});
}

/** The byte that an answer begins with; undefined where the server has no such range. @throws AtelierError E_NETWORK when it is about another file */
function startOf(response: Response, file: RemoteFile, asked: number): number | undefined {
	if (response.status === 416) return undefined;
	if (response.status !== 206) return 0;
	const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '') ?? [];
	if (Number(start) !== asked) return undefined;
	if (total !== '*' && Number(total) !== file.bytes)
		throw new AtelierError(
			'E_NETWORK',
			`expected ${file.name} of ${file.bytes} bytes, but ${file.url} has ${total}; it has changed, try again`,
		);
	return asked;
}

const tooLong = (file: RemoteFile): AtelierError =>
	new AtelierError('E_NETWORK', `expected ${file.name} of ${file.bytes} bytes, but ${file.url} has more`);

/** The name that git has for a file's contents. */
async function gitName(path: string, bytes: number): Promise<string> {
	const hash = createHash('sha1').update(`blob ${bytes}\0`);
	for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
	return hash.digest('hex');
}

/** Size of what is at an address, without fetching it. @throws AtelierError E_NETWORK when the server does not say */
export const remoteSize = (url: string, network: Network): Promise<number> =>
	network.persistently(() =>
		network.ask(url, { range: 'bytes=0-0' }, async (response) => {
			const stated =
				response.status === 206
					? response.headers.get('content-range')?.split('/')[1]
					: response.headers.get('content-length');
			const bytes = Number(stated ?? Number.NaN);
			if (!Number.isSafeInteger(bytes) || bytes <= 0)
				throw new AtelierError('E_NETWORK', `expected the size of ${url}, but its server does not say`);
			return bytes;
		}),
	);
