/** @file One canvas that shows a drawing as it changes: sharp at any size, and gliding from frame to frame. */

import type { VectorFigures, VectorLayout } from '../../src/renderers/vectors.js';
import { type Brush, between, paintDrawing } from './paint.js';
import type { Picture } from './state/live.js';
import { calm } from './state/ui.js';

/** A moment of a vector drawing. */
export interface Drawing {
	readonly layout: VectorLayout;
	readonly figures: VectorFigures;
}

const longestGlide = 420;

export class Easel {
	private readonly context: CanvasRenderingContext2D;
	private readonly sizes: ResizeObserver;
	private picture: Picture | undefined;
	private from: VectorFigures | undefined;
	private layout: VectorLayout | undefined;
	private since = 0;
	private glide = 0;
	private asked = 0;

	constructor(private readonly canvas: HTMLCanvasElement) {
		this.context = canvas.getContext('2d')!;
		this.sizes = new ResizeObserver(() => this.fit());
		this.sizes.observe(canvas);
	}

	/** Show a picture; `glide`: go there from what is shown now. */
	show(picture: Picture | undefined, glide = true): void {
		const now = performance.now();
		if (
			picture?.kind === 'vector' &&
			glide &&
			!calm.matches &&
			this.picture?.kind === 'vector' &&
			this.layout === picture.layout
		) {
			this.from = this.shown(now);
			this.glide = Math.min(longestGlide, now - this.since);
		} else {
			this.from = undefined;
			this.glide = 0;
		}
		this.layout = picture?.kind === 'vector' ? picture.layout : undefined;
		this.picture = picture;
		this.since = now;
		this.ask();
	}

	/** The drawing that is shown, or gone to. */
	get drawing(): Drawing | undefined {
		return this.picture?.kind === 'vector' ? this.picture : undefined;
	}

	/** What is to be seen at this moment, on the way there. */
	private shown(now = performance.now()): VectorFigures | undefined {
		if (this.picture?.kind !== 'vector') return undefined;
		return between(this.from, this.picture.figures, this.glide > 0 ? (now - this.since) / this.glide : 1);
	}

	close(): void {
		this.sizes.disconnect();
		cancelAnimationFrame(this.asked);
	}

	private fit(): void {
		const ratio = Math.min(devicePixelRatio || 1, 2.5);
		const [width, height] = [this.canvas.clientWidth, this.canvas.clientHeight].map((v) =>
			Math.max(1, Math.round(v * ratio)),
		);
		if (this.canvas.width === width && this.canvas.height === height) return;
		this.canvas.width = width!;
		this.canvas.height = height!;
		this.ask();
	}

	private ask(): void {
		cancelAnimationFrame(this.asked);
		this.asked = requestAnimationFrame(() => this.paint());
	}

	private paint(): void {
		const { canvas, context, picture } = this;
		const now = performance.now();
		if (!picture) {
			context.setTransform(1, 0, 0, 1, 0, 0);
			context.clearRect(0, 0, canvas.width, canvas.height);
		} else if (picture.kind === 'pixels') {
			context.setTransform(1, 0, 0, 1, 0, 0);
			context.imageSmoothingEnabled = picture.bitmap.width * 3 > canvas.width;
			context.drawImage(picture.bitmap, 0, 0, canvas.width, canvas.height);
		} else {
			const scale = canvas.width / picture.layout.width;
			paintDrawing(context as Brush, picture.layout, this.shown(now)!, scale);
			if (now - this.since < this.glide) this.ask();
		}
	}
}
