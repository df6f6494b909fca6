/** @file What is done to the drawing itself before it is placed: silhouettes, edges, thickness, colours. Premultiplied RGBA in [0, 1]. */

/** Side of the source images in pixels. */
export const sourceSide = 40;
const pixels = sourceSide * sourceSide;

// One drawing at a time: the planes are reused, nothing is allocated for a sample.
const mask = new Float32Array(pixels);
const other = new Float32Array(pixels);

/** Bytes to [0, 1]. */
export function loadInk(bytes: Uint8Array, ink: Float32Array): void {
	for (let i = 0; i < pixels * 4; i++) ink[i] = (bytes[i] as number) * (1 / 255);
}

/** How a mask's strokes change: thinner, as drawn, thicker, twice as thick. */
export type Thickness = -1 | 0 | 1 | 2;

/** Everything in one colour: the alpha channel, thickened or thinned, times the tint. */
export function silhouette(ink: Float32Array, tint: Float32Array, thickness: Thickness): void {
	for (let i = 0; i < pixels; i++) mask[i] = ink[i * 4 + 3] as number;
	paintMask(ink, tint, thickness);
}

/** Only the edges: the largest difference between neighbours over the four channels, drawn in the tint. */
export function edges(ink: Float32Array, tint: Float32Array, thickness: Thickness): void {
	const row = sourceSide * 4;
	mask.fill(0);
	for (let y = 1; y < sourceSide - 1; y++)
		for (let x = 1; x < sourceSide - 1; x++) {
			const i = (y * sourceSide + x) * 4;
			let most = 0;
			for (let c = 0; c < 4; c++) {
				const dx = (ink[i + 4 + c] as number) - (ink[i - 4 + c] as number);
				const dy = (ink[i + row + c] as number) - (ink[i - row + c] as number);
				const magnitude = dx * dx + dy * dy;
				if (magnitude > most) most = magnitude;
			}
			const edge = 1.4 * Math.sqrt(most) - 0.12; // faint shading is no edge
			mask[y * sourceSide + x] = edge < 0 ? 0 : Math.min(edge, 1);
		}
	paintMask(ink, tint, thickness > 0 ? 1 : 0);
}

function paintMask(ink: Float32Array, tint: Float32Array, thickness: Thickness): void {
	if (thickness > 0) {
		grow(mask, 1);
		if (thickness > 1) grow(mask, 1);
	} else if (thickness < 0) {
		const before = sum(mask);
		other.set(mask);
		grow(other, -1);
		// Thin lines would vanish: leave those as they are.
		if (sum(other) > 0.45 * before) mask.set(other);
	}
	const r = tint[0] as number;
	const g = tint[1] as number;
	const b = tint[2] as number;
	for (let i = 0; i < pixels; i++) {
		const a = mask[i] as number;
		ink[i * 4] = a * r;
		ink[i * 4 + 1] = a * g;
		ink[i * 4 + 2] = a * b;
		ink[i * 4 + 3] = a;
	}
}

const work = new Float32Array(pixels);

/** Largest (sign 1) or smallest (sign -1) value of each pixel and its four neighbours, halfway: one pixel of growth on both sides together. */
function grow(plane: Float32Array, sign: 1 | -1): void {
	work.set(plane);
	for (let y = 1; y < sourceSide - 1; y++)
		for (let x = 1; x < sourceSide - 1; x++) {
			const i = y * sourceSide + x;
			let best = sign * (work[i] as number);
			const l = sign * (work[i - 1] as number);
			const r = sign * (work[i + 1] as number);
			const u = sign * (work[i - sourceSide] as number);
			const d = sign * (work[i + sourceSide] as number);
			if (l > best) best = l;
			if (r > best) best = r;
			if (u > best) best = u;
			if (d > best) best = d;
			plane[i] = 0.35 * (work[i] as number) + 0.65 * sign * best;
		}
}

function sum(plane: Float32Array): number {
	let total = 0;
	for (let i = 0; i < pixels; i++) total += plane[i] as number;
	return total;
}

/** Rotate all hues by an angle in radians about the gray axis. */
export function rotateHue(ink: Float32Array, angle: number): void {
	const c = Math.cos(angle);
	const s = Math.sin(angle) * Math.sqrt(1 / 3);
	const t = (1 - c) / 3;
	for (let i = 0; i < pixels * 4; i += 4) {
		const a = ink[i + 3] as number;
		if (a === 0) continue;
		const r = ink[i] as number;
		const g = ink[i + 1] as number;
		const b = ink[i + 2] as number;
		const mean = t * (r + g + b);
		ink[i] = clamp(mean + c * r + s * (b - g), a);
		ink[i + 1] = clamp(mean + c * g + s * (r - b), a);
		ink[i + 2] = clamp(mean + c * b + s * (g - r), a);
	}
}

/** Rec. 601 luma in all channels. */
export function toGray(ink: Float32Array): void {
	for (let i = 0; i < pixels * 4; i += 4) {
		const luma = 0.299 * (ink[i] as number) + 0.587 * (ink[i + 1] as number) + 0.114 * (ink[i + 2] as number);
		ink[i] = luma;
		ink[i + 1] = luma;
		ink[i + 2] = luma;
	}
}

/** The negative; clear stays clear. */
export function invert(ink: Float32Array): void {
	for (let i = 0; i < pixels * 4; i += 4) {
		const a = ink[i + 3] as number;
		for (let c = 0; c < 3; c++) ink[i + c] = a - (ink[i + c] as number);
	}
}

/** Mean colour of the ink, weighted by alpha, into `out` [3]. */
export function meanColor(ink: Float32Array, out: Float32Array): void {
	let r = 0;
	let g = 0;
	let b = 0;
	let a = 0;
	for (let i = 0; i < pixels * 4; i += 4) {
		r += ink[i] as number;
		g += ink[i + 1] as number;
		b += ink[i + 2] as number;
		a += ink[i + 3] as number;
	}
	const scale = a > 0 ? 1 / a : 0;
	out[0] = r * scale;
	out[1] = g * scale;
	out[2] = b * scale;
}

function clamp(v: number, high: number): number {
	return v < 0 ? 0 : Math.min(v, high);
}
