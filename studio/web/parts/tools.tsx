/** @file The tools beside the sheet: choose, draw, lock, erase, undo. */

import { layout, run } from '../state/live.js';
import { past } from '../state/past.js';
import {
	allLocked,
	chosen,
	eraseChosen,
	lockOrUnlock,
	penColor,
	penWidth,
	steerable,
	type Tool,
	tool,
	undoEdit,
} from '../state/steer.js';
import { IconButton } from './icon.js';

export function Tools() {
	const able = steerable() && layout.value !== undefined && !past.value;
	const take = (next: Tool) => {
		tool.value = tool.value === next ? 'look' : next;
	};
	const unable = able
		? undefined
		: past.value
			? 'strokes can be edited in the present, not while looking back'
			: run.value?.vector === false
				? 'a drawing of pixels has no strokes'
				: 'strokes can be edited while a drawing is being drawn';
	const none = unable ?? (chosen.value.length === 0 ? 'choose a stroke first' : undefined);
	const drawing = tool.value === 'draw' && able;
	return (
		<div class="tools" role="toolbar" aria-label="Strokes" aria-orientation="vertical">
			<IconButton
				name="cursor"
				label="Choose strokes"
				pressed={able && tool.value === 'select'}
				why={unable}
				onClick={() => take('select')}
			/>
			<IconButton name="brush" label="Draw a stroke" pressed={drawing} why={unable} onClick={() => take('draw')} />
			<span class="tools-pen" data-on={drawing ? '' : undefined}>
				<input
					type="color"
					aria-label="Colour of the pen"
					disabled={!drawing}
					value={penColor.value}
					onInput={(event) => {
						penColor.value = event.currentTarget.value;
					}}
				/>
				<input
					type="range"
					aria-label="Width of the pen"
					disabled={!drawing}
					min={0.004}
					max={0.15}
					step={0.002}
					value={penWidth.value}
					onInput={(event) => {
						penWidth.value = event.currentTarget.valueAsNumber;
					}}
				/>
			</span>
			<IconButton
				name={allLocked() ? 'unlock' : 'lock'}
				label={allLocked() ? 'Unlock strokes' : 'Lock strokes'}
				why={none}
				onClick={() => lockOrUnlock()}
			/>
			<IconButton name="eraser" label="Erase strokes" why={none} onClick={() => eraseChosen()} />
			<IconButton name="undo" label="Undo the last change" why={unable} onClick={() => undoEdit()} />
		</div>
	);
}
