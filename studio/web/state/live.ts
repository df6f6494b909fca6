/** @file The run on the easel: its state, curves and frames, as the socket tells them. Frames are no signals: canvases ask for them. */

import { signal } from '@preact/signals';
import type { VectorFigures, VectorLayout } from '../../../src/renderers/vectors.js';
import { unpackFrames } from '../../frames.js';
import type { Frame, Problem, RunInfo, StepNews, WatchAnswer } from '../../protocol.js';
import { frameSizes, VectorDecoder } from '../../vectors.js';
import { addStep, type Curves, curvesOf, emptyCurves } from '../history.js';
import { socket } from '../socket.js';

/** What a canvas paints. */
export type Picture =
	| { readonly kind: 'vector'; readonly layout: VectorLayout; readonly figures: VectorFigures; readonly step: number }
	| { readonly kind: 'pixels'; readonly bitmap: ImageBitmap; readonly step: number };

export const watched = signal<string | undefined>(undefined);
export const run = signal<RunInfo | undefined>(undefined);
export const latest = signal<StepNews | undefined>(undefined);
/** Changes with every step: curves are to be drawn again. */
export const curvesVersion = signal(0);
/** Changes when candidates come or go. */
export const candidates = signal<readonly number[]>([]);
export const locked = signal<readonly number[]>([]);
export const layout = signal<VectorLayout | undefined>(undefined);

export let curves: Curves = emptyCurves();
const pictures = new Map<number, Picture>();
const decoders = new Map<number, VectorDecoder>();
const listeners = new Set<(candidate: number) => void>();
let layoutNumber: number | undefined;

export const pictureOf = (candidate: number): Picture | undefined => pictures.get(candidate);
/** The candidate that leads. */
export const bestCandidate = (): number => {
	const best = latest.value?.best;
	return best !== undefined && pictures.has(best) ? best : (candidates.value[0] ?? 0);
};
/** Be told of every new picture. */
export function onPicture(listener: (candidate: number) => void): () => void {
	listeners.add(listener);
	return () => listeners.delete(listener);
}

function forget(): void {
	pictures.clear();
	decoders.clear();
	layoutNumber = undefined;
	layout.value = undefined;
	curves = emptyCurves();
	latest.value = undefined;
	candidates.value = [];
	locked.value = [];
	curvesVersion.value++;
	for (const listener of listeners) listener(-1);
}

/** Put a run on the easel. */
export function watch(id: string | undefined, known?: RunInfo): void {
	if (watched.value === id) return;
	if (id) shared.value = false;
	watched.value = id;
	run.value = known;
	forget();
	if (id) join();
	else socket.emit('unwatch');
}

/** Of an address that was opened: its recipe waits in the form, and nothing is on the easel until something is started. */
export const shared = signal(false);

/** News of steps may be lost, what the run itself says is not: older news make way for it. */
function told(info: RunInfo): void {
	if (latest.value && latest.value.step < info.step) latest.value = undefined;
	run.value = info;
}

/** Join its room, again after a connection was lost or when its strokes became more. */
export function join(): void {
	const id = watched.value;
	if (!id || !socket.connected) return;
	socket.emit('watch', id, (answer: WatchAnswer | Problem) => {
		if (watched.value !== id || !('run' in answer)) return;
		told(answer.run);
		curves = curvesOf(answer.history);
		curvesVersion.value++;
		layout.value = answer.layout ?? undefined;
		locked.value = answer.locked;
		decoders.clear();
		const frames = unpackFrames(answer);
		layoutNumber = frames[0]?.layout;
		candidates.value = [...new Set(frames.map((frame) => frame.candidate))];
		for (const candidate of pictures.keys()) if (!candidates.value.includes(candidate)) pictures.delete(candidate);
		for (const frame of frames) void take(frame);
	});
}

let joining = false;
/** Many frames may ask for it at once. */
function joinSoon(): void {
	if (joining) return;
	joining = true;
	setTimeout(() => {
		joining = false;
		join();
	}, 120);
}

async function take(frame: Frame): Promise<void> {
	if (frame.run !== watched.value) return;
	const data = new Uint8Array(frame.data as ArrayBuffer);
	const { candidate, step } = frame;
	if (frame.kind === 'vector') {
		const sheet = layout.value;
		// It joined before the strokes were laid out, or they have become more since.
		if (!sheet || (layoutNumber !== undefined && frame.layout !== layoutNumber)) return joinSoon();
		layoutNumber = frame.layout;
		let decoder = decoders.get(candidate);
		if (!decoder) {
			decoder = new VectorDecoder(frameSizes(sheet));
			decoders.set(candidate, decoder);
		}
		const figures = decoder.decode(data);
		if (figures) put(candidate, { kind: 'vector', layout: sheet, figures, step });
	} else {
		const bitmap = await createImageBitmap(new Blob([data], { type: frame.kind }));
		const before = pictures.get(candidate);
		if (frame.run !== watched.value || (before && before.step > step)) bitmap.close();
		else put(candidate, { kind: 'pixels', bitmap, step });
	}
}

function put(candidate: number, picture: Picture): void {
	pictures.set(candidate, picture);
	if (!candidates.value.includes(candidate)) candidates.value = [...candidates.value, candidate].sort((a, b) => a - b);
	for (const listener of listeners) listener(candidate);
}

function onStep(news: StepNews): void {
	if (news.run !== watched.value) return;
	addStep(curves, news);
	const fewer = news.candidates < (latest.value?.candidates ?? 0);
	latest.value = news;
	locked.value = news.locked ?? [];
	curvesVersion.value++;
	// Which ones are left is known by joining again.
	if (fewer && news.candidates < candidates.value.length) joinSoon();
}

socket.on('step', onStep);
socket.on('frame', (frame) => void take(frame));
socket.on('final', (frame) => void take(frame));
socket.on('run', (info) => {
	if (info.id === watched.value) told(info);
});
socket.on('connect', join);
