/** @file What lies over the drawing while it is steered: chosen strokes, a frame around several, the way of one's own pen. */

import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Drawing } from '../easel.js';
import { rgbOf } from '../form-model.js';
import { type Box, figureAt, figuresIn, simplifyLine } from '../hit.js';
import { figurePath, linePath } from '../outline.js';
import { locked, onPicture } from '../state/live.js';
import { chosen, edit, moveChosen, penColor, penWidth, tool } from '../state/steer.js';

type Point = readonly [number, number];

export function Overlay({ drawing }: { readonly drawing: () => Drawing | undefined }) {
	const svg = useRef<SVGSVGElement>(null);
	const version = useSignal(0);
	const shift = useSignal<Point>([0, 0]);
	const frame = useSignal<Box | undefined>(undefined);
	const line = useSignal<readonly Point[]>([]);
	const grip = useRef<{ at: Point; what: 'move' | 'frame' | 'pen' } | undefined>(undefined);
	useEffect(() => onPicture(() => version.value++), []);

	version.value;
	const shown = drawing();
	if (!shown) return null;
	const { layout: sheet, figures: now } = shown;
	const small = Math.min(sheet.width, sheet.height);

	const pointOf = (event: PointerEvent): Point => {
		const box = svg.current!.getBoundingClientRect();
		return [
			((event.clientX - box.left) / box.width) * sheet.width,
			((event.clientY - box.top) / box.height) * sheet.height,
		];
	};
	const down = (event: PointerEvent) => {
		if (event.button !== 0) return;
		svg.current!.setPointerCapture(event.pointerId);
		const at = pointOf(event);
		if (tool.value === 'draw') {
			grip.current = { at, what: 'pen' };
			line.value = [at];
			return;
		}
		const hit = figureAt(sheet, now, at[0], at[1], small * 0.012);
		if (hit === undefined) {
			grip.current = { at, what: 'frame' };
			if (!event.shiftKey) chosen.value = [];
			return;
		}
		if (event.shiftKey)
			chosen.value = chosen.value.includes(hit) ? chosen.value.filter((i) => i !== hit) : [...chosen.value, hit];
		else if (!chosen.value.includes(hit)) chosen.value = [hit];
		grip.current = { at, what: 'move' };
	};
	const move = (event: PointerEvent) => {
		const held = grip.current;
		if (!held) return;
		const at = pointOf(event);
		if (held.what === 'pen') line.value = [...line.value, ...event.getCoalescedEvents().map(pointOf), at];
		else if (held.what === 'move') shift.value = [at[0] - held.at[0], at[1] - held.at[1]];
		else
			frame.value = {
				x0: Math.min(at[0], held.at[0]),
				y0: Math.min(at[1], held.at[1]),
				x1: Math.max(at[0], held.at[0]),
				y1: Math.max(at[1], held.at[1]),
			};
	};
	const up = async () => {
		const held = grip.current;
		grip.current = undefined;
		if (held?.what === 'move') {
			const [x, y] = shift.value;
			if (Math.hypot(x, y) > small * 0.005) await moveChosen(x / sheet.width, y / sheet.height);
			shift.value = [0, 0];
		} else if (held?.what === 'frame' && frame.value) {
			chosen.value = [...new Set([...chosen.value, ...figuresIn(sheet, now, frame.value)])];
			frame.value = undefined;
		} else if (held?.what === 'pen') {
			const way = simplifyLine(line.value, small * 0.001);
			if (way.length === 1) way.push([way[0]![0] + 0.01 * small, way[0]![1]]);
			await edit({
				do: 'add',
				line: way.map(([x, y]) => [x / sheet.width, y / sheet.height] as [number, number]),
				width: penWidth.value,
				color: rgbOf(penColor.value),
			});
			line.value = [];
		}
	};
	const onKey = (event: KeyboardEvent) => {
		if (tool.value !== 'select') return;
		const n = sheet.segments.length;
		const arrows: Record<string, Point> = {
			ArrowLeft: [-1, 0],
			ArrowRight: [1, 0],
			ArrowUp: [0, -1],
			ArrowDown: [0, 1],
		};
		const way = arrows[event.key];
		const last = chosen.value.at(-1);
		if (event.key === '[' || event.key === ']')
			chosen.value = [((last ?? (event.key === ']' ? -1 : n)) + (event.key === ']' ? 1 : n - 1)) % n];
		else if (way && chosen.value.length > 0) void moveChosen(way[0] * 0.01, way[1] * 0.01);
		else return;
		event.preventDefault();
	};

	const marked =
		tool.value === 'draw'
			? []
			: [...new Set([...chosen.value, ...locked.value])].filter((i) => i < sheet.segments.length);
	return (
		<svg
			ref={svg}
			class={`overlay overlay-${tool.value}`}
			viewBox={`0 0 ${sheet.width} ${sheet.height}`}
			preserveAspectRatio="none"
			role="application"
			aria-label={
				tool.value === 'draw'
					? 'Draw a stroke'
					: 'Choose strokes: brackets go from one to the next, arrows move them, Delete erases'
			}
			// An application, with keys of its own. Attributes of SVG are not known by other spellings.
			tabindex={0}
			onPointerDown={down}
			onPointerMove={move}
			onPointerUp={up}
			onPointerCancel={up}
			onKeyDown={onKey}
		>
			{marked.map((i) => {
				const isChosen = chosen.value.includes(i);
				const [x, y] = isChosen ? shift.value : [0, 0];
				const d = figurePath(sheet, now, i);
				return sheet.transforms.map((matrix, k) => (
					<g key={`${i}-${k}`} transform={`matrix(${matrix.join(' ')}) translate(${x} ${y})`}>
						<path class="mark under" d={d} />
						<path class={isChosen ? 'mark chosen' : 'mark locked'} d={d} />
					</g>
				));
			})}
			{frame.value && (
				<rect
					class="marquee"
					x={frame.value.x0}
					y={frame.value.y0}
					width={frame.value.x1 - frame.value.x0}
					height={frame.value.y1 - frame.value.y0}
				/>
			)}
			{line.value.length > 0 && (
				<path class="pen" d={linePath(line.value)} stroke={penColor.value} stroke-width={penWidth.value * small} />
			)}
		</svg>
	);
}
