/** @file Weights that are fetched for the studio: those of the manifest, told to every page as they come. */

import { listEncoders } from '../../src/encoders/find-encoder.js';
import { pulledFolder } from '../../src/encoders/hub/cache.js';
import { fetchable, knownModel, knownModels, neededFor, speedOf } from '../../src/encoders/hub/manifest.js';
import { isOffline } from '../../src/encoders/hub/network.js';
import { pullModel } from '../../src/encoders/hub/pull.js';
import type { DownloadNews, EncoderInfo } from '../protocol.js';
import { HttpProblem, notFound, problemOf } from './problem.js';

/** Milliseconds between two pieces of news of one download. */
const pace = 250;
/** Downloads at a time: a page cannot be made to fill the disk and the line with all there is. */
const most = 2;

export class Downloads {
	private readonly underway = new Map<string, NonNullable<EncoderInfo['download']>>();
	private readonly ending = new Set<Promise<void>>();
	private readonly stop = new AbortController();

	constructor(
		private readonly tell: (news: DownloadNews) => void,
		private readonly log: (message: string) => void,
	) {}

	/** Who can judge: those that are here, then those that could be. */
	list(): EncoderInfo[] {
		const here = listEncoders();
		const names = new Set(here.map(({ name }) => name));
		const downloadable = !isOffline();
		return [
			...here.map(({ path: _, ...encoder }) => {
				const gmacs = fetchable(encoder.name)?.known?.gmacs;
				return { ...encoder, ...(gmacs && { speed: speedOf(gmacs) }), present: true, downloadable: false };
			}),
			...knownModels()
				.filter(({ name }) => !names.has(name))
				.map(({ name, about, bytes, resolution, gmacs, licence }) => {
					const download = this.underway.get(name);
					return {
						name,
						description: about,
						bytes,
						imageSize: resolution,
						...(gmacs && { speed: speedOf(gmacs) }),
						...(licence && { licence }),
						present: false,
						downloadable,
						...(download && { download }),
					};
				}),
		];
	}

	/** Begin to fetch one, or let the download go on that is under way. @throws HttpProblem E_NOT_FOUND, E_STATE */
	start(name: string): void {
		const encoder = this.list().find((listed) => listed.name === name);
		if (!encoder) throw notFound(`encoder '${name}'`);
		const refuse = (why: string) => new HttpProblem(409, 'E_STATE', why);
		if (encoder.present) throw refuse(`the weights of '${name}' are on this machine already`);
		if (!encoder.downloadable || !knownModel(name)) throw refuse('the studio was told to stay offline');
		if (this.underway.has(name)) return;
		if (this.underway.size >= most) throw refuse(`${most} downloads are under way; wait until one has ended`);
		this.underway.set(name, { current_bytes: 0, total_bytes: null });
		const fetching = this.fetch(name).finally(() => this.ending.delete(fetching));
		this.ending.add(fetching);
	}

	/** What has come is kept; it is gone on with when it is asked for again. */
	async close(): Promise<void> {
		this.stop.abort();
		await Promise.all(this.ending);
	}

	private async fetch(name: string): Promise<void> {
		let told = 0;
		try {
			for (const needed of neededFor(name))
				await pullModel(needed, {
					signal: this.stop.signal,
					onRetry: (why, seconds) => this.log(`download of ${name}: ${why}; again in ${seconds} s`),
					onProgress: ({ done, total }) => {
						this.underway.set(name, { current_bytes: done, total_bytes: total });
						// The end is told once all is in its place.
						if (performance.now() - told < pace || done === total) return;
						told = performance.now();
						this.tell({ source: name, current_bytes: done, total_bytes: total });
					},
				});
			const { current_bytes } = this.underway.get(name)!;
			this.underway.delete(name);
			this.tell({ source: name, current_bytes, total_bytes: current_bytes });
		} catch (error) {
			const { current_bytes, total_bytes } = this.underway.get(name)!;
			this.underway.delete(name);
			if (this.stop.signal.aborted) return;
			this.log(`download of ${name}: ${String(error)}`);
			const problem = problemOf(error);
			const detail = problem.detail.replaceAll(pulledFolder(), 'the cache');
			this.tell({ source: name, current_bytes, total_bytes, problem: { ...problem, detail } });
		}
	}
}
