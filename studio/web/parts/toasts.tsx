/** @file What is told in passing, at the foot of the page. */

import { dismiss, toasts } from '../state/ui.js';
import { IconButton } from './icon.js';

export function Toasts() {
	return (
		<div class="toasts" role="status" aria-live="polite">
			{toasts.value.map(({ id, text, tone, action }) => (
				<div key={id} class={`toast toast-${tone}`}>
					<p>{text}</p>
					{action && (
						<button
							type="button"
							onClick={() => {
								action.run();
								dismiss(id);
							}}
						>
							{action.says}
						</button>
					)}
					<IconButton small name="close" label="Dismiss" onClick={() => dismiss(id)} />
				</div>
			))}
		</div>
	);
}
