/** @file The tools beside the sheet: choose, draw, lock, erase, undo. */

import { layout } from '../state/live.js';
import {
	allLocked,
	chosen,
	eraseChosen,
	lockOrUnlock,
	noChoosing,
	noDrawing,
	noUndo,
	penColor,
	penWidth,
	type Tool,
	tool,
	undoEdit,
} from '../state/steer.js';
import { IconButton } from './icon.js';

export function Tools() {
	const unlaid = layout.value ? undefined : 'the drawing is not there yet';
	const unable = noChoosing() ?? unlaid;
	const unpenned = noDrawing() ?? unlaid;
	const none = unable ?? (chosen.value.length === 0 ? 'choose a stroke first' : undefined);
	const take = (next: Tool) => {
		tool.value = tool.value === next ? 'look' : next;
	};
	const drawing = tool.value === 'draw' && !unpenned;
	return (
		<div class="tools" role="toolbar" aria-label="Strokes" aria-orientation="vertical">
			<IconButton
				name="cursor"
				label="Choose strokes"
				pressed={!unable && tool.value === 'select'}
				why={unable}
				onClick={() => take('select')}
			/>
			<IconButton name="brush" label="Draw a stroke" pressed={drawing} why={unpenned} onClick={() => take('draw')} />
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
			<IconButton name="undo" label="Undo the last change" why={noUndo()} onClick={() => undoEdit()} />
		</div>
	);
}
