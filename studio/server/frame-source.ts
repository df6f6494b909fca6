/** @file The frames of a run for those who watch: vectors as numbers, pixels as WebP; never so many that drawing them slows the drawing. */

import sharp from 'sharp';
import { type Picture, toBytes } from '../../src/image.js';
import type { Candidate, Painter } from '../../src/painter/painter.js';
import { VectorEncoder } from '../vectors.js';
import type { FramePart } from './run-messages.js';

/** Milliseconds between frames, when somebody looks and when nobody does. */
const watchedEvery = 50;
const unwatchedEvery = 1000;
/** Frames may take one part in so many of the time. */
const shareOfTime = 10;

const quality = 82;

/** Makes frames of a painter. */
export class FrameSource {
	private isWatched = false;
	private readonly encoders = new Map<number, VectorEncoder>();
	private next = 0;
	private busy: Promise<void> = Promise.resolve();
	private idle = true;

	constructor(
		private readonly painter: Painter,
		private readonly send: (frames: readonly FramePart[]) => void,
	) {}

	/** Who begins to look need not wait for the first. */
	set watched(watched: boolean) {
		this.isWatched = watched;
		if (watched) this.next = 0;
	}

	/** Send all candidates as they are now, if it is time; `whole`: whatever the time. */
	offer(whole = false): void {
		const now = performance.now();
		if (!whole && (now < this.next || !this.idle)) return;
		const { painter } = this;
		if (painter.setup.renderer.vectors) this.send(painter.candidates.map((candidate) => this.vector(candidate, whole)));
		else {
			// Drawn now, for the next step changes the parameters; encoded beside it.
			const pictures = painter.candidates.map((candidate) => this.picture(candidate));
			this.idle = false;
			this.busy = this.busy.then(async () => {
				this.send(await Promise.all(pictures));
				this.idle = true;
			});
		}
		const cost = performance.now() - now;
		this.next = now + Math.max(this.isWatched ? watchedEvery : unwatchedEvery, shareOfTime * cost);
	}

	/** The best drawing at the end, whole. */
	async final(): Promise<FramePart> {
		await this.busy;
		const { best } = this.painter;
		return this.painter.setup.renderer.vectors ? this.vector(best, true) : this.picture(best);
	}

	/** What is being encoded still is sent. */
	async finish(): Promise<void> {
		await this.busy;
	}

	private vector({ index, params }: Candidate, whole: boolean): FramePart {
		const encoder = this.encoders.get(index) ?? new VectorEncoder();
		this.encoders.set(index, encoder);
		const data = encoder.encode(this.painter.setup.renderer.vectors!.figures(params), whole);
		return { step: this.painter.step, candidate: index, kind: 'vector', key: data[0] === 0, data };
	}

	private async picture({ index, params }: Candidate): Promise<FramePart> {
		const { renderer } = this.painter.setup;
		const { step } = this.painter;
		const data = await encodeWebp((renderer.scaled?.(1) ?? renderer).render(params).image);
		return { step, candidate: index, kind: 'image/webp', key: true, data };
	}
}

/** A picture as WebP. */
export function encodeWebp(picture: Picture): Promise<Buffer> {
	const { width, height } = picture;
	return sharp(toBytes(picture), { raw: { width, height, channels: 3 } })
		.webp({ quality, effort: 0 })
		.toBuffer();
}
