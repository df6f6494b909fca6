/**
 * @file Requests that do not give up at once: what a busy server or a poor connection refuses is asked for again, after as long
 * as the server says (Retry-After, RFC 9110 10.2.3) or else 1, 2, 4 ... seconds; but not a host that has yet to be reached once.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { AtelierError } from '../../errors.js';
import { askedFor } from './asked-for.js';

/** How to reach the hub. */
export interface NetworkOptions {
	/** HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE are read from here; default the process's. */
	readonly environment?: Readonly<Record<string, string | undefined>>;
	/** Reach nothing; default what HF_HUB_OFFLINE says. */
	readonly offline?: boolean | undefined;
	readonly signal?: AbortSignal | undefined;
	/** Is told why something is tried again, and after how many seconds. */
	readonly onRetry?: ((why: string, seconds: number) => void) | undefined;
	/** Milliseconds without a byte after which a connection counts as lost. */
	readonly patience?: number;
	/** Waits between tries; for tests. */
	readonly wait?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

/** Tries in a row that may fail before a download is given up; those that bring it forward do not count. */
export const mostFailures = 6;
/** Seconds that a server may ask for. */
const longestWait = 600;
/** Bytes of an answer that is held in memory. */
const largestAnswer = 32 << 20;

/** A failure that may pass. */
export class Passing extends Error {
	constructor(
		message: string,
		/** Seconds after which to try again, where the server says so. */
		readonly after?: number,
		/** What to do once it has failed too often. */
		readonly advice?: string,
	) {
		super(message);
	}
}

/** One look at the hub: where it is, with which token, and how patiently. */
export class Network {
	readonly endpoint: string;
	readonly offline: boolean;
	readonly signal: AbortSignal | undefined;
	private readonly token: string | undefined;
	/** Origins that have answered: to be without them later is a poor connection. */
	private readonly reached = new Set<string>();

	/** @throws AtelierError E_ARGUMENT when HF_ENDPOINT is no address */
	constructor(private readonly options: NetworkOptions = {}) {
		const { environment = process.env } = options;
		this.endpoint = endpointOf(environment.HF_ENDPOINT);
		this.token = environment.HF_TOKEN?.trim() || undefined;
		this.offline = options.offline ?? isOffline(environment);
		this.signal = options.signal;
	}

	/** Do something until it succeeds. @throws AtelierError E_NETWORK when it fails too often, or at once for what does not pass */
	async persistently<T>(attempt: (progressed: () => void) => Promise<T>): Promise<T> {
		let failures = 0;
		for (;;) {
			try {
				return await attempt(() => {
					failures = 0;
				});
			} catch (error) {
				this.refuseStopped();
				if (!(error instanceof Passing)) throw error;
				failures++;
				const seconds = error.after ?? Math.min(30, 2 ** (failures - 1));
				if (failures >= mostFailures || seconds > longestWait)
					throw new AtelierError(
						'E_NETWORK',
						seconds > longestWait
							? `${error.message}, and asks to be left alone for ${Math.ceil(seconds / 60)} minutes; try again then`
							: `${error.message}, ${failures} times in a row; ${error.advice ?? 'try again'}: it goes on with what has come already`,
						{ cause: error },
					);
				this.options.onRetry?.(error.message, seconds);
				const { wait = (ms, signal) => sleep(ms, undefined, { signal }) } = this.options;
				await wait(seconds * 1000, this.signal).catch(() => {});
				this.refuseStopped();
			}
		}
	}

	/**
	 * Ask once. The token goes to the hub only; fetch leaves it out where another host is redirected to.
	 *
	 * @param use is given the answer, and a function to call whenever bytes come
	 * @throws Passing, or AtelierError E_NETWORK for what no further try changes, a host that is not there from the first among it
	 */
	async ask<T>(
		url: string,
		headers: Readonly<Record<string, string>>,
		use: (response: Response, alive: () => void) => Promise<T>,
	): Promise<T> {
		if (this.offline)
			throw new AtelierError(
				'E_NETWORK',
				`expected to be allowed to reach ${hostOf(url)}, but --offline or HF_HUB_OFFLINE says no`,
			);
		const { patience = 60_000 } = this.options;
		const silence = new AbortController();
		const timer = setTimeout(() => silence.abort(), patience);
		const signal = this.signal ? AbortSignal.any([this.signal, silence.signal]) : silence.signal;
		const own = this.token && this.isOfHub(url);
		try {
			const response = await fetch(url, {
				// Compressed bytes could neither be counted nor gone on with.
				headers: { 'accept-encoding': 'identity', ...headers, ...(own && { authorization: `Bearer ${this.token}` }) },
				signal,
			});
			this.reached.add(new URL(url).origin);
			try {
				refuseFailed(response, url);
				return await use(response, () => timer.refresh());
			} finally {
				// Nothing is left open where not all was read.
				if (!response.bodyUsed) await response.body?.cancel();
			}
		} catch (error) {
			this.refuseStopped();
			if (silence.signal.aborted) throw new Passing(`${hostOf(url)} said nothing for ${patience / 1000} s`);
			if (!(error instanceof TypeError)) throw error;
			const failed = `the connection to ${hostOf(url)} failed (${causeOf(error)})`;
			if (!isUnreachable(error)) throw new Passing(failed);
			if (this.reached.has(new URL(url).origin))
				throw new Passing(failed, undefined, 'see that this machine is online, and try again');
			throw new AtelierError('E_NETWORK', `${failed}; ${this.adviceFor(url)}`, { cause: error });
		} finally {
			clearTimeout(timer);
		}
	}

	/** Like the global fetch, for whole answers of a moderate size; persistent. */
	readonly fetch: typeof fetch = (input, init) => {
		const url = input instanceof Request ? input.url : String(input);
		const headers = Object.fromEntries(new Headers(init?.headers).entries());
		return this.persistently(() =>
			this.ask(url, headers, async (response, alive) => {
				const chunks: Uint8Array[] = [];
				let bytes = 0;
				for await (const chunk of response.body ?? []) {
					alive();
					chunks.push(chunk);
					bytes += chunk.length;
					if (bytes > largestAnswer)
						throw new AtelierError(
							'E_NETWORK',
							`expected a listing from ${hostOf(url)}, got more than ${largestAnswer} bytes`,
						);
				}
				return new Response(Buffer.concat(chunks), { status: response.status, headers: response.headers });
			}),
		);
	};

	private readonly isOfHub = (url: string): boolean => new URL(url).origin === new URL(this.endpoint).origin;

	/** What to do where a host is out of reach; only the hub has mirrors. */
	private adviceFor(url: string): string {
		const other = this.isOfHub(url)
			? `set HF_ENDPOINT to a mirror of the hub that it reaches. ${otherwise}`
			: `fetch ${url} on another, and name the file, with the tokenizer.json of a CLIP model beside it: --encoder folder/${new URL(url).pathname.split('/').at(-1)} (HF_ENDPOINT replaces the hub alone)`;
		return `see that this machine is online, or ${other}`;
	}

	/** @throws AtelierError E_NETWORK once the user wants to stop */
	private refuseStopped(): void {
		if (this.signal?.aborted)
			throw new AtelierError('E_NETWORK', 'stopped; another time it goes on with what has come already');
	}
}

/** Whether HF_HUB_OFFLINE says to reach nothing, in the ways that Hugging Face's own programs understand. */
export const isOffline = (
	environment: NodeJS.ProcessEnv | NonNullable<NetworkOptions['environment']> = process.env,
): boolean => /^(1|true|yes|on)$/i.test(environment.HF_HUB_OFFLINE ?? '');

/** The hub's address without a slash at its end. */
function endpointOf(stated: string | undefined): string {
	const text = stated?.trim().replace(/\/+$/, '') || 'https://huggingface.co';
	if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
		throw new AtelierError('E_ARGUMENT', `expected HF_ENDPOINT as https://host, got '${text}'`);
	return text;
}

/** @throws Passing for what a server may answer otherwise later, AtelierError E_NETWORK for the rest of what is no success */
function refuseFailed(response: Response, url: string): void {
	const { status } = response;
	const host = hostOf(url);
	if (response.ok || status === 416) return;
	if (status === 429 || status === 408 || status >= 500)
		throw new Passing(`${host} answered ${status}`, retryAfter(response.headers.get('retry-after')));
	const { what, meant } = askedFor(url);
	if (status === 401 || status === 403)
		throw new AtelierError(
			'E_NETWORK',
			`expected ${what}, which refuses it (${status}): it does not exist, is private, or has conditions; accept them on its page and set HF_TOKEN to a token of yours${meant}`,
		);
	if (status === 404)
		throw new AtelierError(
			'E_NETWORK',
			`expected ${what}, but there is nothing (404)${meant || '; is the name spelled right?'}`,
		);
	throw new AtelierError('E_NETWORK', `expected ${what}, but ${host} answered ${status}`);
}

/** Seconds of a Retry-After: a number of them, or a date. */
function retryAfter(header: string | null): number | undefined {
	if (header === null) return undefined;
	if (/^\s*\d+\s*$/.test(header)) return Number(header);
	const date = Date.parse(header);
	return Number.isNaN(date) ? undefined : Math.max(0, (date - Date.now()) / 1000);
}

const hostOf = (url: string): string => new URL(url).host;

/** What needs no network. */
const otherwise =
	'What was pulled before needs no network (--offline), and a model that came another way no pull: --encoder takes its folder or file:///… URL';

/** What the codes of failed connections mean. */
const causes: Readonly<Record<string, string>> = {
	ENOTFOUND: 'there is no such host',
	EAI_AGAIN: 'its name cannot be looked up',
	ECONNREFUSED: 'nothing answers there',
	ENETUNREACH: 'no network leads there',
	EHOSTUNREACH: 'no network leads there',
	ECONNRESET: 'it was cut',
	UND_ERR_SOCKET: 'it was cut',
	ETIMEDOUT: 'it took too long',
	UND_ERR_CONNECT_TIMEOUT: 'it took too long',
};

/** Those of a host that is not there for this machine, which a few more seconds rarely change. */
const unreachable: ReadonlySet<string> = new Set([
	'ENOTFOUND',
	'EAI_AGAIN',
	'ECONNREFUSED',
	'ENETUNREACH',
	'EHOSTUNREACH',
]);

/** Why a connection failed: of a host with several addresses, why each did. */
function codesOf({ cause }: TypeError): string[] {
	const failures = cause instanceof AggregateError ? (cause.errors as unknown[]) : [cause];
	return failures.map((failure) => (failure as NodeJS.ErrnoException | undefined)?.code ?? '');
}

const isUnreachable = (error: TypeError): boolean => codesOf(error).every((code) => unreachable.has(code));

function causeOf(error: TypeError): string {
	const codes = codesOf(error);
	const code = codes.find((each) => !unreachable.has(each)) ?? codes[0] ?? '';
	return causes[code] ?? (code || ((error.cause as Error | undefined) ?? error).message);
}
